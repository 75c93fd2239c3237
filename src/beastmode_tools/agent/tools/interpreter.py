"""Runs a script of this folder in the project's interpreter, bounded in time, memory and output."""

import json
import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.project import interpreter

__all__ = ["ask_interpreter", "project_python", "run_apart"]

HERE = Path(__file__).parent
TAIL = 3
"""Lines: the end of a traceback, with the error itself."""
MOST_ANSWER = 2_000_000
"""Bytes: many times what a tool may return, and little enough to read at once."""


def project_python(root: Path) -> Path:
    """The interpreter that has the project's packages.

    Args:
        root: The project's folder.
    """
    top = Git(root).ask_or_none("rev-parse", "--show-toplevel")
    return interpreter(root, Path(top) if top else root, None)


def ask_interpreter(script: str, root: Path, question: dict[str, Any], *, seconds: float) -> dict[str, Any]:
    """What a script answers.

    Args:
        script: Its file in this folder: `NAME QUESTION ANSWER`, two files of JSON.
        root: The project's folder, in which it runs.
        question: What it is asked.
        seconds: After that, it and everything that it started is ended.

    Raises:
        CouldNotRun: It failed or took too long; or it answered `{"refused": why}`.
    """
    with tempfile.TemporaryDirectory(prefix="beast-") as scratch:
        asked, answer, log = (Path(scratch, name) for name in ("question", "answer", "log"))
        asked.write_text(json.dumps(question), encoding="utf-8")
        command = [str(project_python(root)), "-B", str(HERE / script), str(asked), str(answer)]
        environment = {"ENVIRONMENT": "development", "LOG_LEVEL": "ERROR", **os.environ}
        status = run_apart(command, root, log, seconds, environment)
        if status is None:
            raise CouldNotRun(f"it took longer than {seconds:g} s and was ended. Ask for less.")
        if status or not answer.exists() or answer.stat().st_size > MOST_ANSWER:
            raise CouldNotRun(f"the project's interpreter could not answer: {last_lines(log) or f'status {status}'}")
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "refused" in found:
        raise CouldNotRun(found["refused"])
    return found


def run_apart(command: list[str], root: Path, log: Path, seconds: float, environment: dict[str, str]) -> int | None:
    """The exit status of a command that runs in a session of its own; None if it took too long.

    Args:
        command: The program and its arguments.
        root: The folder in which it runs.
        log: The file that takes what it writes.
        seconds: After that, it and everything that it started is ended.
        environment: Its variables.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - the interpreter is the project's own
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def last_lines(log: Path) -> str:
    """The end of what it wrote, in one line."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 2000))  # the error, and not the whole traceback
        return " ".join(file.read().decode("utf-8", "replace").strip().splitlines()[-TAIL:])

"""Programs that a run starts: without a shell, with a scratch database, within limits, ended with all they began."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from beastmode_tools.agent.checkpoint.databases import databases_below

__all__ = ["Finished", "run_module", "run_program"]

CONFINED = Path(__file__).parent / "confined_child.py"
MODULES = ("flask", "pytest", "mypy")
"""Programs that run the project's code, and so run confined, by their modules."""
SECONDS = 300
"""The tests of a project that is worked on in small steps; a run that needs longer splits them."""
MEGABYTES = 4096
"""Of address space, which is far more than what is used: numpy alone reserves one."""
FILE_MEGABYTES = 64
"""Of one file: a log that grows without end stops there."""
MOST_OUTPUT = 20_000
"""Characters that a person or a model reads: the beginning, where errors start, and the end, where they are summed."""
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "VIRTUAL_ENV", "SYSTEMROOT", "PYTHONPATH")
MARK = "BEAST_CHILD"


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended.

    Args:
        status: Its exit status; negative for a signal.
        output: What it wrote, its middle left out if it is long.
        ended: "exit", or "timeout" if it was ended.
    """

    status: int
    output: str
    ended: Literal["exit", "timeout"] = "exit"

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself, and well."""
        return self.ended == "exit" and self.status == 0


def run_program(python: Path, folder: Path, arguments: tuple[str, ...], seconds: float = SECONDS) -> Finished:
    """Runs a program of the list of commands; those that run the project's code run confined.

    Args:
        python: The project's interpreter.
        folder: The project's folder.
        arguments: The program and its arguments.
        seconds: After that it is ended.
    """
    if arguments[0] in MODULES:
        return run_module(python, folder, arguments, seconds)
    beside = python.parent / arguments[0]
    program = str(beside) if os.access(beside, os.X_OK) else shutil.which(arguments[0])
    if program is None:
        return Finished(127, f"{arguments[0]} is not installed.")
    with tempfile.TemporaryDirectory(prefix="beast-run-") as scratch:
        return run((program, *arguments[1:]), folder, Path(scratch), {}, seconds)


def run_module(
    python: Path,
    folder: Path,
    arguments: tuple[str, ...],
    seconds: float = SECONDS,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Runs a module with the project's interpreter, confined.

    Args:
        python: The project's interpreter.
        folder: The project's folder.
        arguments: The module and its arguments.
        seconds: After that it is ended.
        environment: Variables to add.
    """
    with tempfile.TemporaryDirectory(prefix="beast-run-") as scratch:
        limits = {
            "folder": str(folder),
            "scratch": tempfile.gettempdir(),
            "databases": [str(each) for each in databases_below(folder)],
            "megabytes": MEGABYTES,
            "file_megabytes": FILE_MEGABYTES,
        }
        command = (str(python), "-B", str(CONFINED), json.dumps(limits), *arguments)
        return run(command, folder, Path(scratch), environment or {}, seconds)


def run(
    command: tuple[str, ...], folder: Path, scratch: Path, environment: Mapping[str, str], seconds: float
) -> Finished:
    """Runs it with its output in a file, so that no process that keeps a pipe open holds us up."""
    mark = uuid.uuid4().hex
    log = scratch / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - from the list of commands, without a shell
            command,
            cwd=folder,
            env={**scratch_environment(scratch), **environment, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        ended: Literal["exit", "timeout"] = "exit"
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            ended = "timeout"
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            end_marked(mark)
    return Finished(process.returncode, shortened(log), ended)


def scratch_environment(scratch: Path) -> dict[str, str]:
    """What a program may see of ours: nothing that names a service or holds a secret, and a database of its own."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "HOME": str(scratch),
        "TMPDIR": tempfile.gettempdir(),
        "DATABASE_URL": f"sqlite:///{scratch / 'scratch.db'}",
        "ENVIRONMENT": "development",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
        "GIT_OPTIONAL_LOCKS": "0",
        "NO_COLOR": "1",
    }


def end_marked(mark: str) -> None:
    """Ends what a program left running in another session; on systems without /proc nothing is found."""
    wanted = f"{MARK}={mark}".encode()
    for place in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in place.read_bytes().split(b"\0"):
                os.kill(int(place.parent.name), signal.SIGKILL)


def shortened(log: Path) -> str:
    """What a program wrote, its beginning and its end."""
    half = MOST_OUTPUT // 2
    length = log.stat().st_size
    with log.open("rb") as file:
        if length <= MOST_OUTPUT:
            return file.read().decode("utf-8", "replace")
        start = file.read(half)
        file.seek(length - half)
        end = file.read()
    left_out = f"\n[{length - MOST_OUTPUT} bytes left out]\n".encode()
    return (start + left_out + end).decode("utf-8", "replace")

"""Runs a piece of work inside the project's own interpreter, apart from everything, and reads what it found."""

import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.compare.tree import Side

__all__ = ["run_probe"]

PROBES = Path(__file__).parent.parent / "probes"
TAIL = 2000


def run_probe(  # noqa: PLR0913 - each is a limit or a place that the caller alone knows
    side: Side,
    task: str,
    request: dict[str, Any],
    *,
    python: Path,
    environment: dict[str, str] | None = None,
    seconds: float = 60.0,
    megabytes: int = 2048,
) -> dict[str, Any]:
    """What `probes/TASK.py` answers when its `answer(request)` runs in the copy of one side.

    Args:
        side: Where it runs; the working folder is the project's.
        task: The probe's name.
        request: JSON that the probe gets.
        python: The project's interpreter.
        environment: Variables to add to the scratch environment.
        seconds: After that the process and its children are ended.
        megabytes: Of address space that the process may add.

    Raises:
        ProbeFailed: It ended without an answer.
    """
    with tempfile.TemporaryDirectory(prefix="beast-probe-") as scratch:
        question, result, log = (Path(scratch) / name for name in ("request.json", "result.json", "log"))
        full = {"task": task, "folder": str(side.folder), "root": str(side.root), "megabytes": megabytes, **request}
        question.write_text(json.dumps(full), encoding="utf-8")
        command = [str(python), "-B", str(PROBES / "run.py"), str(question), str(result)]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - the interpreter is the one that the project names
                command,
                cwd=side.folder,
                env=scratch_environment(Path(scratch)) | (environment or {}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise ProbeFailed(
                    f"{task} on the {side.name} side did not end within {seconds:g} s and was stopped",
                    reason="timeout",
                    detail=tail(log),
                ) from None
            finally:
                end(process)
        return answer_of(result, log, f"{task} on the {side.name} side", process.returncode)


def answer_of(result: Path, log: Path, asked: str, status: int) -> dict[str, Any]:
    """The probe's answer; an error that it told becomes ours."""
    if not result.exists():
        raise ProbeFailed(f"{asked} ended with status {status} before it answered", reason="exit", detail=tail(log))
    answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    if "failed" in answer:
        raise ProbeFailed(f"{asked}: {answer['failed']}", reason=answer.get("reason", "error"), detail=tail(log))
    return answer


def scratch_environment(scratch: Path) -> dict[str, str]:
    """What a probe's process may see of ours: nothing that names a service or holds a secret."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and whatever it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def tail(log: Path) -> str:
    """The last of what the project's code wrote."""
    return log.read_bytes()[-TAIL:].decode("utf-8", "replace").strip()

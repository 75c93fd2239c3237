"""Runs a piece of work inside the project's own interpreter, apart from everything, and reads what it found."""

import compileall
import json
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.probe_server import server_for
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side
from beastmode_tools.stand_ins.sockets import addresses, say_answered
from beastmode_tools.started import PROBES, RUNNING, STOPPED, kill, scratch_environment

__all__ = ["ask_project", "read_message", "run_probe", "together"]

TAIL = 2000
"""Bytes: the end of a traceback."""
MOST_ANSWER = 128 * 1024 * 1024
"""Far above what the largest contract and a thousand models take; a project that writes without end must not take this
process's memory."""
MOST_TRIES = 30  # settings that only a failed start tells of, one after the other
PATIENCE = 4
"""Limits of time for all tries together: a start that tells of a missing setting ends early, and may take as long."""
FILES = ("request.json", "result.json")
"""What a probe reads and what it writes."""

Message = TypeVar("Message")
Result = TypeVar("Result")
LEARNED: dict[tuple[str, str], list[str]] = {}  # what a side's application lacks, so that it is asked once


def ask_project(
    side: Side, project: Project, task: str, request: dict[str, Any], *, patience: float = 1
) -> dict[str, Any]:
    """`run_probe` with the project's interpreter, environment and limit of time.

    Args:
        side: Where it runs.
        project: How it starts.
        task: The probe's name.
        request: JSON that the probe gets, besides how the project starts.
        patience: How many times the usual limit it may take.

    Raises:
        ProbeFailed: It ended without an answer.
    """
    return run_probe(
        side,
        task,
        {**project.start, **request},
        python=project.python,
        environment=project.settings.environment,
        seconds=project.settings.timeout * patience,
    )


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
    """What the probe of a task (`probes/run.py` lists them) answers when it runs in the copy of one side.

    Settings that the application needs and that nobody gave are made up: the probe starts again with them. Their names
    are the answer's "invent", so that the next probe need not find out.

    Args:
        side: Where it runs; the working folder is the project's.
        task: The probe's name.
        request: JSON that the probe gets; `probes/start/loading.py` and `probes/confine/confinement.py` say what they
            read of it.
        python: The project's interpreter.
        environment: Variables to add to the scratch environment.
        seconds: After that the process and its children are ended.
        megabytes: Of address space that the process may add.

    Raises:
        ProbeFailed: It ended without an answer.
    """
    last = time.monotonic() + seconds * PATIENCE
    asked = f"{task} on the {side.name} side"
    request = {
        "task": task,
        "folder": str(side.folder.resolve()),
        "root": str(side.root.resolve()),
        "megabytes": megabytes,
        "seconds": seconds,
        **request,
    }
    place = (str(python), request["folder"])
    if place in LEARNED and not request.get("invent"):
        request["invent"] = LEARNED[place]
    for _ in range(MOST_TRIES):
        with addresses() as ports:
            until = min(time.monotonic() + seconds, last)
            answer, log = ask({**request, "stand_ins": ports}, python, environment or {}, until, asked)
        say_answered(answer.pop("stood_in", None))
        missed = set(answer.get("missing", ())) - set(request.get("invent") or ())
        if "failed" not in answer or not missed:
            break
        request = {**request, "invent": sorted({*(request.get("invent") or ()), *missed})}
    if request.get("invent"):
        LEARNED[place] = request["invent"]
    if "failed" in answer:
        raise ProbeFailed(f"{asked}: {answer['failed']}", reason=answer.get("reason", "error"), detail=log)
    return {**answer, "invent": request.get("invent") or []}


def read_message(kind: type[Message], facts: Mapping[str, Any]) -> Message:
    """A probe's answer as the message that both sides import.

    Args:
        kind: A dataclass of `probes/messages/`.
        facts: What was read of JSON; a field without a default has to be there, and one that is not known may not.
    """
    kinds = get_type_hints(kind)
    return kind(**{name: read_value(kinds[name], value) for name, value in facts.items()})


def read_value(kind: Any, value: Any) -> Any:
    """A value of JSON as a field's type says: messages in it, and tuples, which JSON writes as lists."""
    inner = get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        return read_message(kind, value)
    if get_origin(kind) is UnionType:  # of something and None
        return None if value is None else read_value(inner[0], value)
    if get_origin(kind) is tuple:
        return tuple(read_value(inner[0], each) for each in value)
    if get_origin(kind) is dict:
        return {name: read_value(inner[1], each) for name, each in value.items()}
    return value


def together(*pieces: Callable[[], Result]) -> Sequence[Result]:
    """What the pieces of work give, run at the same time, in their order; the first failure is raised after all ended.

    Where it is interrupted (Ctrl-C, SIGTERM), the probes of all pieces are ended at once.
    """
    with ThreadPoolExecutor(len(pieces)) as pool:
        try:
            return [one.result() for one in [pool.submit(piece) for piece in pieces]]
        except Exception:
            raise
        except BaseException:
            STOPPED.set()
            for process in tuple(RUNNING):
                kill(process)
            pool.shutdown(wait=True, cancel_futures=True)
            STOPPED.clear()
            raise


def ask(
    request: dict[str, Any], python: Path, environment: dict[str, str], until: float, asked: str
) -> tuple[dict[str, Any], str]:
    """One start of the probe: its answer and the last lines of its log."""
    compile_probes()
    with tempfile.TemporaryDirectory(prefix="beast-probe-") as scratch:
        question, result, log = (Path(scratch) / name for name in (*FILES, "log"))
        question.write_text(json.dumps(request), encoding="utf-8")
        start = Start(python, Path(request["folder"]), Path(request["root"]), environment, Path(scratch))
        try:
            status = served(start, until)
            status = run(start, until) if status is None else status
        except subprocess.TimeoutExpired:
            message = f"{asked} did not end within {request['seconds']:g} s and was stopped"
            raise ProbeFailed(message, reason="timeout", detail=tail(log)) from None
        return answer_of(result, log, asked, status), tail(log)


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a probe.

    Args:
        python: The project's interpreter.
        folder: The project's folder within the side's copy.
        root: The repository's root within it.
        added: Variables that the project's settings add to the scratch environment.
        scratch: The folder of the probe's own, with its question.
    """

    python: Path
    folder: Path
    root: Path
    added: Mapping[str, str]
    scratch: Path

    @property
    def environment(self) -> dict[str, str]:
        """All that the probe sees."""
        return {**scratch_environment(self.scratch), **self.added}


def served(start: Start, until: float) -> int | None:
    """The status of a probe that a server runs; None where there is none, or where it died."""
    with server_for(start.python, start.root, start.added) as server:
        if server is None:
            return None
        question, result = (str(start.scratch / name) for name in FILES)
        message = {
            "question": question,
            "result": result,
            "environment": start.environment,
            "paths": [str(path) for path in (start.folder, start.folder / "src", start.root)],
        }
        with (start.scratch / "log").open("wb") as log:
            return server.run(message, log.fileno(), until)


def run(start: Start, until: float) -> int:
    """The status of a probe in a process of its own."""
    with (start.scratch / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the interpreter is the one that the project names
            [str(start.python), "-B", str(PROBES / "run.py"), *(str(start.scratch / name) for name in FILES)],
            cwd=start.folder,
            env=start.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        RUNNING.add(process)
        try:
            return 1 if STOPPED.is_set() else process.wait(max(0.1, until - time.monotonic()))
        finally:
            kill(process)
            process.wait()
            RUNNING.discard(process)


@cache
def compile_probes() -> None:
    """Keeps the bytecode of the probes beside them: started with -B they would be compiled by every start, in 0.1 s."""
    compileall.compile_dir(PROBES, quiet=2)


def answer_of(result: Path, log: Path, asked: str, status: int) -> dict[str, Any]:
    """The probe's answer."""
    if not result.exists():
        raise ProbeFailed(f"{asked} {how_it_ended(status)}", reason=reason(status), detail=tail(log))
    if result.stat().st_size > MOST_ANSWER:
        raise ProbeFailed(f"{asked} answered with more than {MOST_ANSWER} bytes", reason="memory", detail=tail(log))
    answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return answer


def how_it_ended(status: int) -> str:
    """A sentence's end about a process that gave no answer."""
    if status >= 0:
        return f"ended with status {status} before it answered"
    name = signal.Signals(-status).name if -status in {one.value for one in signal.Signals} else str(-status)
    return f"was ended by {name} before it answered"


def reason(status: int) -> str:
    """Why a process gave no answer, in a word of `ProbeFailed`."""
    if status in (-signal.SIGKILL, -signal.SIGABRT):
        return "memory"  # nobody else ends it so: the kernel, or a library that could get no more
    return "timeout" if status == -signal.SIGXCPU else "exit"


def tail(log: Path) -> str:
    """The last of what the project's code wrote."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL))
        return file.read().decode("utf-8", "replace").strip()

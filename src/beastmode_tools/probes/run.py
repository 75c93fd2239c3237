"""Runs one probe in the project's interpreter, and imports nothing of beastmode: `run.py REQUEST.json RESULT.json`.

`run.py --serve CHANNEL SCRATCH` answers for several, each in a fork of its own (`serve.py`).
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import json
import os
import signal
import sys
import traceback
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
LEAVE = os._exit
PACKAGE = "beast_probes"
MESSAGES = PACKAGE + ".messages."
PR_SET_PDEATHSIG = 1
"""Linux's number for it, of `sys/prctl.h`."""
REFUSED = "refused: the guard"
DEEPEST = 10
"""Errors that were raised because of another; `__context__` may lead round in a circle."""
TASKS = {
    "anonymous": ".call.anonymous",
    "boot": ".start.boot",
    "migrate": ".migrate.migrate",
    "own_tests": ".call.own_tests",
    "replay": ".call.replay",
    "replay_tests": ".call.old_tests",
}
"""What may be asked, and the module that answers."""


def main(question: str, result: str) -> None:
    """Asks the module of a task, and writes what it answers."""
    enter()
    answer_to(question, result)
    LEAVE(0)  # threads that the project's code started must not keep the answer waiting


def serve(channel: str, scratch: str) -> None:
    """Answers until whoever asks closes the channel."""
    enter()
    importlib.import_module(PACKAGE + ".serve").Server(int(channel), scratch, answer_to, LEAVE).run()
    LEAVE(0)


def read(path: str) -> dict[str, Any]:
    """What a file of JSON holds."""
    with open(path, encoding="utf-8") as file:
        facts: dict[str, Any] = json.load(file)
    return facts


def enter() -> None:
    """Makes a package of this folder, and lets nothing else be imported from it."""
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != HERE]
    gc.set_threshold(50_000, 20, 20)  # an import makes many objects and no garbage
    make_package()


def answer_to(question: str, result: str) -> str:
    """Writes what the module of a task answers; gives the task."""
    request = read(question)
    request.setdefault("scratch", os.path.dirname(os.path.abspath(result)))
    sys.path[:0] = [request["folder"], os.path.join(request["folder"], "src"), request["root"]]
    end_with_parent()
    text = json.dumps(asked(request), default=plain)
    with open(result + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(result + ".part", result)  # a result that exists is whole
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # noqa: PERF203 - there are two
            continue  # the project's code closed or replaced it
    return str(request["task"])


def plain(value: Any) -> Any:
    """What stands for an object that JSON has not: the fields of a message, else how it is shown."""
    return vars(value) if type(value).__module__.startswith(MESSAGES) else repr(value)


def end_with_parent() -> None:
    """Ends this process when the one that asked is gone, so that nothing is left behind even if that one was killed.

    Linux only: a thread that watches would be portable, but gevent refuses to patch a process that has threads.
    """
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def make_package() -> None:
    """Makes a package of this folder, under a name that no project has."""
    start = os.path.join(HERE, "__init__.py")
    spec = importlib.util.spec_from_file_location(PACKAGE, start, submodule_search_locations=[HERE])
    assert spec is not None
    sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)


def asked(request: dict[str, Any]) -> dict[str, Any]:
    """What the probe answers, or how it failed."""
    attempts: list[str] = []
    stood_in: list[str] = []
    try:
        confinement = importlib.import_module(PACKAGE + ".confine.confinement").confine(request)
        attempts, stood_in = confinement.attempts, confinement.stood_in
        importlib.import_module(PACKAGE + ".start.settings").prepare(request)
        task = importlib.import_module(PACKAGE + TASKS[request["task"]])
        answer: dict[str, Any] = task.answer(request)
    except BaseException as error:
        trace(error)
        answer = {"failed": told(error, request["folder"]), "reason": reason(error), "missing": missing(error)}
    answer.setdefault("attempts", attempts)
    answer["stood_in"] = stood_in
    return answer


def trace(error: BaseException) -> None:
    """Writes the traceback into the log, even if the project's code replaced the stream."""
    stream = sys.__stderr__
    if stream is not None:
        traceback.print_exception(type(error), error, error.__traceback__, file=stream)


def told(error: BaseException, folder: str) -> str:
    """One line: the error, and the last line of the project's code that was reached."""
    words = " ".join(str(error).split())[:500]
    if isinstance(error, SyntaxError) and error.filename:
        return f"SyntaxError: {error.msg} ({relative(error.filename, folder)}:{error.lineno})"
    if isinstance(error, SystemExit):
        words = f"the project's code ends the process ({words})"
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(folder + os.sep) and "site-packages" not in frame.filename:
            place = f" ({relative(frame.filename, folder)}:{frame.lineno})"
    return f"{type(error).__name__}: {words}{behind(error)}{place}"


def behind(error: BaseException) -> str:
    """What the guard refused, where the project's code raised another error because of it."""
    cause = error.__cause__ or error.__context__
    for _ in range(DEEPEST):
        if cause is None or REFUSED in str(error):
            return ""
        if REFUSED in str(cause):
            return ", since {}".format(" ".join(str(cause).split())[:300])
        cause = cause.__cause__ or cause.__context__
    return ""


def relative(path: str, folder: str) -> str:
    """A path as a person of the project writes it."""
    return os.path.relpath(path, folder) if path.startswith(folder + os.sep) else path


def reason(error: BaseException) -> str:
    """How it ended, in one of the words of `ProbeFailed`."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, SystemExit) or type(error).__name__ == "ProjectExit":
        return "exit"
    return "refused" if REFUSED in str(error) or behind(error) else "error"


def missing(error: BaseException) -> list[str]:
    """The settings whose absence an error tells of."""
    settings = sys.modules.get(PACKAGE + ".start.settings")
    return settings.missing(error) if settings is not None else []


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2], sys.argv[3])
    else:
        main(sys.argv[1], sys.argv[2])

"""`errors`: the last error of the development server, from its log."""

import json
import re
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import ErrorsArguments
from beastmode_tools.development.log import log_of
from beastmode_tools.errors import CouldNotRun

__all__ = ["answer"]

MOST_BYTES = 1_000_000
"""Of the end of the log: hours of a development server."""
MOST_ERROR = 12_000
"""Characters of an error: a traceback through every layer of Flask and SQLAlchemy, and room to spare."""
LEVELS = ("error", "critical", "exception")
FAILED = re.compile(r"\b(?:ERROR|CRITICAL)\b|^Traceback ")
INDENTED = (" ", "\t")


def answer(performer: Performer, arguments: ErrorsArguments) -> dict[str, Any]:
    """The last error, None if there is none; and the last lines, if they were asked for."""
    path = log_of(performer.grants.root)
    if not path.is_file():
        raise CouldNotRun("there is no log yet. `beast dev` writes one, and so does LOG_FILE.")
    lines = last_lines(path)
    told: dict[str, Any] = {"log": path.name, "error": last_error(lines)}
    return told | ({"lines": lines[-arguments.lines :]} if arguments.lines else {})


def last_lines(path: Path) -> list[str]:
    """The end of the log."""
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - MOST_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return lines[1:] if size > MOST_BYTES else lines


def last_error(lines: list[str]) -> dict[str, Any] | None:
    """The last entry that is an error: an object of a JSON log, or the lines of one of a log for people."""
    for entry in reversed(entries(lines)):
        facts = as_facts(entry[0])
        if facts is not None and str(facts.get("level", "")).lower() in LEVELS:
            return {name: cut(value) for name, value in facts.items()}
        if facts is None and FAILED.search(entry[0]):
            return {"text": cut("\n".join(entry))}
    return None


def entries(lines: list[str]) -> list[list[str]]:
    """The lines by entry: one begins with a line that is not indented, and a bare traceback ends with one."""
    found: list[list[str]] = []
    for line in lines:
        is_inside = bool(found) and (line.startswith(INDENTED) or not line or is_open(found[-1]))
        if is_inside:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def is_open(entry: list[str]) -> bool:
    """Whether a bare traceback has not come to its error yet."""
    return entry[0].startswith("Traceback ") and entry[-1].startswith((*INDENTED, "Traceback "))


def as_facts(line: str) -> dict[str, Any] | None:
    """An entry of a JSON log; None for another."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def cut(value: Any) -> Any:
    """A text that is not longer than an error may be."""
    return value[-MOST_ERROR:] if isinstance(value, str) else value

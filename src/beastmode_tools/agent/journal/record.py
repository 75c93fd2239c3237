"""The journal of a run: one line a record, each bound to the one before it by a digest."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun

__all__ = ["RunJournal", "nothing"]

FIRST = "0" * 16
"""What the first record follows."""


def nothing(_: int) -> None:
    """What is called after a record; tests end the process there."""


class RunJournal:
    """What a run has done, written before and after it is done.

    Args:
        path: Of the file, which is made with the first record.
        after: Called with the number of every record that is safe on the disk.

    Raises:
        CouldNotRun: A record was changed, or is missing, so nothing that follows can be believed.
    """

    def __init__(self, path: Path, after: Callable[[int], None] = nothing) -> None:
        self.path = path
        self.after = after
        self.records = list(read(path))
        self.last = self.records[-1]["digest"] if self.records else FIRST

    def write(self, what: str, **facts: Any) -> dict[str, Any]:
        """Adds a record, which is on the disk when this returns."""
        record: dict[str, Any] = {"n": len(self.records) + 1, "what": what, **facts, "follows": self.last}
        record["digest"] = self.last = digest_of(record)
        self.records.append(record)
        with self.path.open("ab") as file:
            file.write(json.dumps(record, sort_keys=True).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        self.after(record["n"])
        return record

    def of(self, what: str) -> Iterator[dict[str, Any]]:
        """The records of one kind, oldest first."""
        return (each for each in self.records if each["what"] == what)

    def last_of(self, what: str) -> dict[str, Any] | None:
        """The newest record of one kind."""
        return next((each for each in reversed(self.records) if each["what"] == what), None)

    def unfinished(self) -> dict[str, Any] | None:
        """The effect that was begun, and neither ended nor taken back; None if there is none."""
        started = self.last_of("start")
        ended = {each["effect"] for what in ("end", "cut") for each in self.of(what)}
        return started if started is not None and started["effect"] not in ended else None


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file; a last line that a kill cut off is removed.

    Raises:
        CouldNotRun: Another line is damaged.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        with path.open("r+b") as file:
            file.truncate(len(whole))
    last = FIRST
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            record: dict[str, Any] = json.loads(line)
        except ValueError:
            record = {}
        if record.get("n") != number or record.get("follows") != last or record.get("digest") != digest_of(record):
            raise CouldNotRun(f"{path}:{number} was changed by something else than the run, so the run cannot go on.")
        last = record["digest"]
        yield record


def digest_of(record: dict[str, Any]) -> str:
    """Of a record without its own digest."""
    told = {name: value for name, value in record.items() if name != "digest"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

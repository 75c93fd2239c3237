"""SQLite files that git ignores: copied by SQLite itself, which sees what is still in the log beside the file."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.errors import CouldNotRun

__all__ = ["Copied", "copy_databases", "restore_databases"]

ENDINGS = (".db", ".sqlite", ".sqlite3")
HEADER = b"SQLite format 3\0"
DEEPEST = 3
"""Folders: `instance/app.db` and `var/data/app.db` are found, and no environment is searched to its leaves."""
SKIPPED = frozenset((".git", ".beast", ".venv", "venv", "env", "node_modules", "__pycache__"))
SECONDS = 10
"""That a server which is writing may hold the file; longer is a transaction that was left open."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A database as it was.

    Args:
        path: Relative to the project's folder.
        digest: Of the file and its log, by which a change is seen.
        copy: The file's name among the copies.
    """

    path: str
    digest: str
    copy: str


def copy_databases(folder: Path, copies: Path) -> tuple[Copied, ...]:
    """A copy of every SQLite file of the project; a file that has been copied already is not copied again.

    Raises:
        CouldNotRun: One of them is locked or damaged.
    """
    found = []
    for place in databases_below(folder):
        digest = digest_of(place)
        path = place.relative_to(folder).as_posix()
        name = hashlib.sha256(f"{path}\0{digest}".encode()).hexdigest()[:32]
        if not (copies / name).exists():
            copies.mkdir(parents=True, exist_ok=True)
            transfer(place, copies / f"{name}.part")
            (copies / f"{name}.part").rename(copies / name)
        found.append(Copied(path, digest, name))
    return tuple(found)


def restore_databases(folder: Path, copies: Path, wanted: tuple[Copied, ...]) -> tuple[str, ...]:
    """Brings back the databases that have changed; their paths. One that is new is deleted.

    Raises:
        CouldNotRun: One of them is locked.
    """
    known = {each.path: each for each in wanted}
    changed = []
    for place in databases_below(folder):
        path = place.relative_to(folder).as_posix()
        if path not in known:
            for end in ("", "-wal", "-shm", "-journal"):
                place.with_name(place.name + end).unlink(missing_ok=True)
            changed.append(path)
    for each in wanted:
        place = folder / each.path
        if not place.exists() or digest_of(place) != each.digest:
            place.parent.mkdir(parents=True, exist_ok=True)
            transfer(copies / each.copy, place)
            changed.append(each.path)
    return tuple(changed)


def databases_below(folder: Path) -> Iterator[Path]:
    """The SQLite files of the project that are no link."""
    for depth in range(DEEPEST):
        for place in sorted(folder.glob(f"{'*/' * depth}*")):
            if place.suffix not in ENDINGS or place.is_symlink() or not place.is_file():
                continue
            if SKIPPED.isdisjoint(place.relative_to(folder).parts) and is_sqlite(place):
                yield place


def is_sqlite(place: Path) -> bool:
    """Whether SQLite wrote the file; one without a page is none yet."""
    with place.open("rb") as file:
        return file.read(len(HEADER)) == HEADER


def digest_of(place: Path) -> str:
    """Of the file and of what is still in its log."""
    found = hashlib.sha256(place.read_bytes())
    log = place.with_name(f"{place.name}-wal")
    if log.exists():
        found.update(log.read_bytes())
    return found.hexdigest()


def transfer(source: Path, target: Path) -> None:
    """Makes one database hold what the other holds, while others may be connected."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=SECONDS)) as old,
            closing(sqlite3.connect(target, timeout=SECONDS)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as problem:
        raise CouldNotRun(f"{source.name} could not be copied: {problem}. Stop what is writing to it.") from problem

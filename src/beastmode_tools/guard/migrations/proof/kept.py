"""A database at the base's head that many revisions lead to, kept from one check to the next."""

import hashlib
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.databases.scratch import Database, PostgresScratch, Scratch
from beastmode_tools.guard.migrations.proof.states import State, reach
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["reach_head"]

LONG = 50
"""Revisions; a shorter history is walked in a second or two, which is not worth a file and a record of it."""
MOST = 8
"""Records: two kinds of databases of a few branches; those that were not used for the longest time go."""
LARGEST = 64 * 1024 * 1024
"""Bytes of an SQLite file that is kept; an empty schema has some hundred kilobytes."""
READ = (".py", ".ini", ".cfg", ".toml", ".env", ".flaskenv", ".mako", ".sql", ".json", ".yaml", ".yml", ".csv")
"""Ends of names of files that revisions, env.py and the application may read on the way to the head."""


def reach_head(  # noqa: PLR0913 - a side, a place, and what decides whether it is kept
    side: Side,
    project: Project,
    scratch: Scratch,
    packages: Mapping[str, str],
    *,
    revisions: int,
    progress: Callable[[str], object] = lambda _text: None,
) -> State:
    """A database without rows at the head of a side: a copy of the one that an earlier check reached, if any.

    It counts only where every file that could matter, the settings and the installed packages are the same.

    Args:
        side: Whose migrations and models.
        project: For the interpreter and the settings.
        scratch: Makes the database.
        packages: Versions of what is installed for the project.
        revisions: How many there are up to the head; only where they are many, the database is kept.
        progress: Told what takes a moment.

    Raises:
        ProbeFailed: The project's code ended without an answer.
    """
    if revisions < LONG:
        return reach(side, project, scratch.new(), rows=0, progress=progress)
    name = f"{scratch.dialect}-{digest_of(side, project, packages, scratch.where)}"
    if (state := found(name, scratch)) is not None:
        progress(f"taking the {scratch.dialect} database at heads of the {side.name} side from an earlier check")
        return state
    state = reach(side, project, scratch.new(), rows=0, progress=progress)
    if state.how != "failed":
        with suppress(OSError, sqlite3.Error, CouldNotRun):  # a full disk, or a home that may not be written
            keep(name, scratch, state)
    return state


def folder() -> Path:
    """Where records and SQLite files are."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "beast" / "heads"


def digest_of(side: Side, project: Project, packages: Mapping[str, str], where: str) -> str:
    """What tells one head from another."""
    told = hashlib.sha256()
    facts = (where, project.start, project.settings.environment, project.settings.seed, project.migrations)
    told.update(repr((sys.version, str(project.python), facts, sorted(packages.items()))).encode())
    for path in sorted(side.folder.rglob("*")):
        if path.name.endswith(READ) and path.is_file():
            told.update(f"\0{path.relative_to(side.folder)}\0".encode())
            told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.hexdigest()[:32]


def found(name: str, scratch: Scratch) -> State | None:
    """A copy of the kept database; None where there is none, or it is gone or broken."""
    record = folder() / f"{name}.json"
    try:
        facts: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        kept = Database(scratch.dialect, facts.pop("url"))
        if facts.pop("size") != size_of(kept):
            return None
        state = State(scratch.new(like=kept), **{**facts, "drift": tuple(facts["drift"])})
        record.touch()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, the head can be reached again
        return None
    return state


def size_of(database: Database) -> int:
    """Bytes of an SQLite file; 0 for a database on a server, which tells itself whether it is there."""
    return Path(database.url.removeprefix("sqlite:///")).stat().st_size if database.dialect == "sqlite" else 0


def keep(name: str, scratch: Scratch, state: State) -> None:
    """Keeps a copy of a database, with what was learned on the way to it."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = kept_beside(place / f"{name}.db", state) if scratch.dialect == "sqlite" else kept_on(scratch, state)
    if url is None:
        return
    facts = {key: value for key, value in asdict(state).items() if key != "database"}
    part = place / f"{name}.{os.getpid()}.part"
    size = size_of(Database(scratch.dialect, url))
    part.write_text(json.dumps({**facts, "url": url, "size": size}), encoding="utf-8")
    part.replace(place / f"{name}.json")  # a record that exists is whole
    records = sorted(place.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in records[MOST:]:
        old.with_suffix(".db").unlink(missing_ok=True)
        old.unlink(missing_ok=True)


def kept_beside(path: Path, state: State) -> str | None:
    """The url of a copy of an SQLite database; None where it is too large to be kept."""
    source = Path(state.database.url.removeprefix("sqlite:///"))
    if source.stat().st_size > LARGEST:
        return None
    part = path.with_suffix(f".{os.getpid()}.part")
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(part)) as other:
        one.backup(other)
    part.replace(path)
    return f"sqlite:///{path}"


def kept_on(scratch: Scratch, state: State) -> str | None:
    """The url of a copy on a PostgreSQL server, which a later run removes after a day; None on one that is stopped."""
    if not isinstance(scratch, PostgresScratch) or scratch.server.cluster is not None:
        return None
    copy = scratch.new(like=state.database)
    scratch.leave(copy)
    return copy.url

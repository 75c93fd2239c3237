"""Databases that the guard makes for its proofs and removes again; the project's own is never among them.

SQLite is always there. PostgreSQL is taken where it can be had: a server that was named, one that answers on this
machine without a password, or one that is started in a temporary folder (`servers.py`).
"""

import itertools
import shutil
import signal
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Literal, Protocol, Self

from beastmode_tools.guard.databases.servers import Server, find_server

__all__ = ["Database", "PostgresScratch", "Scratch", "SqliteScratch", "scratches"]


@dataclass(frozen=True, slots=True)
class Database:
    """A scratch database.

    Args:
        dialect: What runs it.
        url: For SQLAlchemy in the project's interpreter, its driver included.
    """

    dialect: Literal["sqlite", "postgresql"]
    url: str


class Scratch(AbstractContextManager["Scratch"], Protocol):
    """Makes databases of one kind; leaving it removes them all, whatever happened.

    Args:
        where: Where the databases are, in words for a person.
    """

    where: str

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        """Of the databases."""

    def new(self, like: Database | None = None) -> Database:
        """An empty database, or an exact copy of another one of this scratch; nothing may be connected to that one."""

    def drop(self, database: Database) -> None:
        """Removes a database that `new` gave."""


class SqliteScratch:
    """SQLite files in a private folder.

    Args:
        folder: Where a folder for them is made; the system's place for temporary files where it is None.
    """

    dialect: Literal["sqlite"] = "sqlite"
    where = "SQLite files in a temporary folder"

    def __init__(self, folder: Path | None = None) -> None:
        self.parent = folder
        self.ends = EndsBySignal()

    def __enter__(self) -> Self:
        self.ends.watch()
        self.folder = Path(tempfile.mkdtemp(prefix="beast-scratch-", dir=self.parent)).resolve()
        self.numbers = itertools.count(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with uninterrupted():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.ends.leave()

    def new(self, like: Database | None = None) -> Database:
        """An empty file, or an exact copy of another one; nothing may be connected to that one."""
        path = self.folder / f"scratch-{next(self.numbers)}.db"
        with closing(sqlite3.connect(path)) as target:
            if like is not None:
                # SQLite's own copy takes what a process that was ended left in the write-ahead log, too.
                with closing(sqlite3.connect(path_of(like))) as source:
                    source.backup(target)
        return Database("sqlite", f"sqlite:///{path}")

    def drop(self, database: Database) -> None:
        """Removes the file and what SQLite keeps beside it."""
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{path_of(database)}{suffix}").unlink(missing_ok=True)


class PostgresScratch:
    """Databases named `beast_scratch_...` on a PostgreSQL server.

    Args:
        server: Where they are made; it is stopped at the end if the guard started it.
    """

    dialect: Literal["postgresql"] = "postgresql"

    def __init__(self, server: Server) -> None:
        self.server = server
        self.where = server.where
        self.names: list[str] = []
        self.ends = EndsBySignal()

    def __enter__(self) -> Self:
        self.ends.watch()
        try:
            self.server.start()
            self.server.remove_leftovers()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with uninterrupted():
            for name in self.names:
                with suppress(Exception):  # the next one must go too; what stays is a leftover for a later run
                    self.server.drop(name)
            self.names = []
            self.server.stop()
            self.ends.leave()

    def new(self, like: Database | None = None) -> Database:
        """An empty database, or an exact copy of another one; whoever is connected to that one loses it."""
        name = self.server.free_name()
        self.names.append(name)
        self.server.create(name, template=None if like is None else self.server.name_of(like.url))
        return Database("postgresql", self.server.url(name))

    def drop(self, database: Database) -> None:
        """Removes the database, also from under whoever is connected to it."""
        name = self.server.name_of(database.url)
        self.server.drop(name)
        self.names.remove(name)

    def leave(self, database: Database) -> None:
        """Lets a database stay; as any that is left behind, it is removed by a run on a later day."""
        self.names.remove(self.server.name_of(database.url))


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Lets a second Ctrl-C, or a second request to end, wait until what was made is removed."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class EndsBySignal:
    """Turns a request to end (SIGTERM, SIGHUP) into an exception, so that what was made is removed."""

    def __init__(self) -> None:
        self.before: dict[int, Any] = {}

    def watch(self) -> None:
        """Takes the signals that nobody else handles."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                self.before[number] = signal.signal(number, leave_by_signal)

    def leave(self) -> None:
        """Gives the signals back."""
        for number, handler in self.before.items():
            signal.signal(number, handler)
        self.before = {}


def scratches(
    shadow_url: str | None,
    folder: Path | None = None,
    *,
    python: Path | None = None,
    progress: Callable[[str], object] = lambda _text: None,
) -> tuple[list[Scratch], list[str]]:
    """The kinds of scratch databases that can be had, SQLite first, and why another kind cannot.

    Args:
        shadow_url: A PostgreSQL server that may be used; databases of our own are made there, the one that the
            url names is not touched.
        folder: Where SQLite files may lie.
        python: The project's interpreter, whose driver the urls name; ours where it is None.
        progress: Called with what takes a moment.

    Raises:
        CouldNotRun: `shadow_url` is given and cannot be used.
    """
    found, reason = find_server(shadow_url, python, progress)
    sqlite: Scratch = SqliteScratch(folder)
    if found is None:
        return [sqlite], [reason]
    return [sqlite, PostgresScratch(found)], []


def path_of(database: Database) -> Path:
    """The file of a SQLite database."""
    return Path(database.url.removeprefix("sqlite:///"))


def leave_by_signal(number: int, _frame: FrameType | None) -> None:
    """Ends the process the orderly way, with the status that a shell gives to the signal."""
    raise SystemExit(128 + number)

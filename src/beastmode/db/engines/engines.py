"""The two engines of an application: one reads in autocommit mode, one writes in transactions."""

import os
from dataclasses import dataclass
from weakref import WeakSet

from sqlalchemy import URL, Engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError

from beastmode.core.errors import SettingsError
from beastmode.db.engines import sqlite
from beastmode.db.settings import DatabaseSettings


@dataclass(frozen=True, eq=False)
class Engines:
    """The engines of an application.

    Attributes:
        reader: Runs statements without BEGIN and ROLLBACK.
        writer: Runs statements in transactions; on SQLite it takes the write lock when one begins.
    """

    reader: Engine
    writer: Engine

    def dispose(self, *, close: bool = True) -> None:
        """Close every idle connection; the next use opens new ones.

        Args:
            close: False discards them without closing them, for a forked child whose parent still uses them.
        """
        self.reader.dispose(close=close)
        self.writer.dispose(close=close)


def open_engines(settings: DatabaseSettings) -> Engines:
    """The reader and the writer for DATABASE_URL; they connect on first use.

    Args:
        settings: DATABASE_URL, DATABASE_POOL_SIZE, DATABASE_TIMEOUT_SECONDS and DATABASE_STATEMENT_SECONDS are read.

    Raises:
        SettingsError: DATABASE_URL is not a URL of SQLite or PostgreSQL, or psycopg is not installed.
    """
    url = database_url(settings.database_url)
    engines = _open_sqlite(url, settings) if url.get_backend_name() == "sqlite" else _open_postgresql(url, settings)
    _opened.add(engines)
    return engines


def _open_sqlite(url: URL, settings: DatabaseSettings) -> Engines:
    """The engines for a file, or for one connection to an in-memory database."""
    writer = sqlite.open_writer(url, settings)
    return Engines(sqlite.open_reader(url, settings, writer), writer)


def _open_postgresql(url: URL, settings: DatabaseSettings) -> Engines:
    """The engines for a server, which discard their idle connections together."""
    try:
        from beastmode.db.engines import postgresql  # noqa: PLC0415 - psycopg is an extra
    except ImportError as error:
        raise SettingsError(
            ["DATABASE_URL is a PostgreSQL URL, which needs psycopg: pip install 'beastmode[postgres]'."]
        ) from error
    engines = Engines(postgresql.open_reader(url, settings), postgresql.open_writer(url, settings))
    _discard_together(engines.reader, engines.writer)
    _discard_together(engines.writer, engines.reader)
    return engines


def _discard_together(one: Engine, other: Engine) -> None:
    """Discard the idle connections of an engine when a connection of the other is found dead.

    SQLAlchemy itself discards those of the engine that found it.
    """

    def discard(context: ExceptionContext) -> None:
        if context.is_disconnect:
            other.dispose()

    event.listen(one, "handle_error", discard)


def database_url(text: str) -> URL:
    """The URL with the driver that beastmode uses.

    Args:
        text: A URL such as "sqlite:///app.db" or "postgresql://user:password@host/name"; "postgres://" works too.

    Raises:
        SettingsError: It is not a URL of SQLite or PostgreSQL.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # From None: older releases of SQLAlchemy repeat the text, which may contain a password.
        raise SettingsError([f"DATABASE_URL is not a database URL; expected {_EXPECTED}."]) from None
    if "@" in (url.host or ""):
        raise SettingsError(["DATABASE_URL has two @ before the host; write an @ in the password as %40."])
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return url
    raise SettingsError([f"DATABASE_URL starts with {url.drivername!r}; expected {_EXPECTED}."])


_EXPECTED = "sqlite:///file.db or postgresql://user:password@host/name"

_opened: WeakSet[Engines] = WeakSet()


def _forget_parents_connections() -> None:
    """Open new connections in a forked child: two processes on one socket would read each other's responses."""
    for engines in _opened:
        engines.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_parents_connections)

"""SQLite with many threads and processes: readers never wait, writers wait for each other.

It relies on the rules in https://www.sqlite.org/wal.html and https://www.sqlite.org/lang_transaction.html.
"""

import sqlite3
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event

from beastmode.db.engines.autocommit import create_reader
from beastmode.db.engines.privacy import create_private
from beastmode.db.settings import DatabaseSettings

SNAPSHOT = "beastmode_snapshot"
"""The execution option of a connection whose transaction is a read-only snapshot."""


def open_reader(url: URL, settings: DatabaseSettings, writer: Engine) -> Engine:
    """An engine in autocommit mode, so that readers never take or wait for the write lock.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE and DATABASE_TIMEOUT_SECONDS are read.
        writer: The engine for writing; with an in-memory database its connection is shared, because another one would
            see another database.
    """
    if is_memory(url):
        return create_reader(url, pool=writer.pool, hide_parameters=settings.is_production)
    engine = create_reader(url, **_pool_options(settings), hide_parameters=settings.is_production)
    _prepare_connections(engine, settings)
    return engine


def open_writer(url: URL, settings: DatabaseSettings) -> Engine:
    """An engine whose transactions take the write lock when they begin, so none fails later because it read first.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE and DATABASE_TIMEOUT_SECONDS are read.
    """
    options: dict[str, Any] = _pool_options(settings) | {"hide_parameters": settings.is_production}
    if is_memory(url):
        # Returning the only connection to the pool must not roll back what another part of the program began.
        kept = {name: options[name] for name in ("connect_args", "hide_parameters")}
        # An async view runs in its own thread, while the thread of the request waits.
        kept["connect_args"] = kept["connect_args"] | {"check_same_thread": False}
        options = {**kept, "poolclass": StaticPool, "pool_reset_on_return": None}
    engine = create_engine(url, **options)
    _prepare_connections(engine, settings)
    _own_transactions(engine)
    return engine


def is_memory(url: URL) -> bool:
    """Whether the database exists only in memory."""
    return url.database in {None, "", ":memory:"} or url.query.get("mode") == "memory"


def _pool_options(settings: DatabaseSettings) -> dict[str, Any]:
    """The options of the pool; connections cost little, so their number is not limited."""
    return {
        "connect_args": {"timeout": settings.database_timeout_seconds, "isolation_level": None},
        "pool_size": settings.database_pool_size,
        "max_overflow": -1,
        "pool_timeout": settings.database_timeout_seconds,
        "pool_use_lifo": True,
    }


def _prepare_connections(engine: Engine, settings: DatabaseSettings) -> None:
    """Configure every new connection of an engine: WAL, foreign keys, and a synchronization mode that fits WAL."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        _use_wal(connection, settings.database_timeout_seconds)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=NORMAL")

    def create(_dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
        create_private(arguments[0])

    event.listen(engine, "do_connect", create)
    event.listen(engine, "connect", prepare)


def _use_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Switch the file to WAL mode if necessary.

    Args:
        connection: A connection to the file.
        seconds: How long to wait for others; SQLite itself does not wait for the lock that this takes.
    """
    end = monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or monotonic() > end:
                raise
            sleep(0.01)
        else:
            return


def _is_locked(error: sqlite3.Error) -> bool:
    """Whether another connection holds the lock that this one needs."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _own_transactions(engine: Engine) -> None:
    """Begin the transactions of an engine explicitly: with the write lock, or as a read-only snapshot."""

    def begin(connection: Connection) -> None:
        if _is_snapshot(connection):
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(connection: Connection) -> None:
        if _is_snapshot(connection):
            connection.exec_driver_sql("PRAGMA query_only=OFF")

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)


def _is_snapshot(connection: Connection) -> bool:
    """Whether the connection's transaction is a read-only snapshot."""
    return bool(connection.get_execution_options().get(SNAPSHOT))

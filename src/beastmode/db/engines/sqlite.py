"""SQLite as a server of many threads and processes: readers never wait, writers wait in line.

https://www.sqlite.org/wal.html and https://www.sqlite.org/lang_transaction.html have the rules that this relies on.
"""

import sqlite3
from time import monotonic, sleep
from typing import Any

from sqlalchemy import URL, Connection, Engine, StaticPool, create_engine, event

from beastmode.db.engines.autocommit import create_reader
from beastmode.db.engines.privacy import create_private
from beastmode.db.settings import DatabaseSettings

__all__ = ["SNAPSHOT", "is_memory", "open_reader", "open_writer", "own_transactions"]

SNAPSHOT = "beastmode_snapshot"
"""The execution option of a connection whose transaction reads one snapshot and writes nothing."""


def open_reader(url: URL, settings: DatabaseSettings, writer: Engine) -> Engine:
    """An engine that sends each statement by itself, so that no reader ever takes or waits for the write lock.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE and DATABASE_TIMEOUT_SECONDS are read.
        writer: Its one connection is shared if the database is in memory: another would see another database.
    """
    if is_memory(url):
        return create_reader(url, pool=writer.pool, hide_parameters=settings.is_production)
    engine = create_reader(url, **pool_options(settings), hide_parameters=settings.is_production)
    prepare_connections(engine, settings)
    return engine


def open_writer(url: URL, settings: DatabaseSettings) -> Engine:
    """An engine whose transactions take the write lock when they begin: none fails later for having read first.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE and DATABASE_TIMEOUT_SECONDS are read.
    """
    options: dict[str, Any] = pool_options(settings) | {"hide_parameters": settings.is_production}
    if is_memory(url):
        # Whoever returns the one connection to the pool must not roll back what another part of the program began.
        kept = {name: options[name] for name in ("connect_args", "hide_parameters")}
        # An async view runs in a thread of its own, while the one that asked for it waits.
        kept["connect_args"] = kept["connect_args"] | {"check_same_thread": False}
        options = {**kept, "poolclass": StaticPool, "pool_reset_on_return": None}
    engine = create_engine(url, **options)
    prepare_connections(engine, settings)
    own_transactions(engine)
    return engine


def is_memory(url: URL) -> bool:
    """Whether the database is gone when its connection is."""
    return url.database in {None, "", ":memory:"} or url.query.get("mode") == "memory"


def pool_options(settings: DatabaseSettings) -> dict[str, Any]:
    """How connections are opened and kept; they cost little, so their number has no bound."""
    return {
        "connect_args": {"timeout": settings.database_timeout_seconds, "isolation_level": None},
        "pool_size": settings.database_pool_size,
        "max_overflow": -1,
        "pool_timeout": settings.database_timeout_seconds,
        "pool_use_lifo": True,
    }


def prepare_connections(engine: Engine, settings: DatabaseSettings) -> None:
    """Give every new connection of an engine WAL, foreign keys and the synchronisation that WAL makes safe."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        use_wal(connection, settings.database_timeout_seconds)
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=NORMAL")

    def create(_dialect: object, _record: object, arguments: list[Any], _options: object) -> None:
        create_private(arguments[0])

    event.listen(engine, "do_connect", create)
    event.listen(engine, "connect", prepare)


def use_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Switch the file to WAL if it is not yet.

    Args:
        connection: To the file.
        seconds: How long to wait for others; SQLite itself does not wait for the lock that this takes.
    """
    end = monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not is_locked(error) or monotonic() > end:
                raise
            sleep(0.01)
        else:
            return


def is_locked(error: sqlite3.Error) -> bool:
    """Whether another connection holds what this one wanted."""
    return error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def own_transactions(engine: Engine) -> None:
    """Begin an engine's transactions by hand: with the write lock, or as a snapshot that cannot write."""

    def begin(connection: Connection) -> None:
        if is_snapshot(connection):
            connection.exec_driver_sql("PRAGMA query_only=ON")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def end(connection: Connection) -> None:
        if is_snapshot(connection):
            connection.exec_driver_sql("PRAGMA query_only=OFF")

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", end)
    event.listen(engine, "rollback", end)


def is_snapshot(connection: Connection) -> bool:
    """Whether the connection's transaction reads one snapshot and writes nothing."""
    return bool(connection.get_execution_options().get(SNAPSHOT))

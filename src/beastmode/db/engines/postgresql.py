"""PostgreSQL through psycopg: short timeouts, UTC, and no dead connections from the pool."""

import math
import select
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from beastmode.db.engines.autocommit import create_reader
from beastmode.db.engines.deadlines import Overseen, oversee
from beastmode.db.engines.privacy import keep_values_out
from beastmode.db.engines.resending import ResendingCursor
from beastmode.db.settings import DatabaseSettings


def open_reader(url: URL, settings: DatabaseSettings) -> Engine:
    """An engine in autocommit mode, without the round trips of BEGIN and ROLLBACK.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE, DATABASE_TIMEOUT_SECONDS and DATABASE_STATEMENT_SECONDS are read.
    """
    return _watched(create_reader(url, **_options_of(url, settings)), settings)


def open_writer(url: URL, settings: DatabaseSettings) -> Engine:
    """An engine that runs statements in transactions.

    Args:
        url: The address of the database.
        settings: DATABASE_POOL_SIZE, DATABASE_TIMEOUT_SECONDS and DATABASE_STATEMENT_SECONDS are read.
    """
    return _watched(create_engine(url, **_options_of(url, settings)), settings)


def _options_of(url: URL, settings: DatabaseSettings) -> dict[str, Any]:
    """The options of both engines: a bounded pool, and deadlines."""
    return {
        "connect_args": _connect_arguments(url, settings),
        "pool_size": settings.database_pool_size,
        "max_overflow": 0,
        "pool_timeout": settings.database_timeout_seconds,
        "hide_parameters": settings.is_production,
        "pool_use_lifo": True,  # the connection used last has the statements of the moment prepared
    }


def _watched(engine: Engine, settings: DatabaseSettings) -> Engine:
    """The engine, with a check of each connection on checkout, deadlines, and error handling."""

    def connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Overseen:
        connection = Overseen.connect(*arguments, **options)
        oversee(settings.database_statement_seconds, connection)
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", _refuse_dead)
    keep_values_out(engine)
    return engine


def _connect_arguments(url: URL, settings: DatabaseSettings) -> dict[str, Any]:
    """The arguments for libpq, unless the URL sets them."""
    given = url.query
    # For a frozen server, its operating system still accepts connections: connecting may take no longer than a
    # statement.
    seconds = min(settings.database_timeout_seconds, settings.database_statement_seconds or math.inf)
    arguments: dict[str, Any] = {
        "connect_timeout": max(2, math.ceil(seconds)),  # psycopg takes no less
        # Without these a request hangs for a quarter of an hour if the network drops packets.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "cursor_factory": ResendingCursor,
    }
    session = f"-c timezone=UTC -c statement_timeout={round(settings.database_statement_seconds * 1000)}"
    options = given.get("options")
    arguments = {name: value for name, value in arguments.items() if name not in given}
    return arguments | {"options": f"{session} {options}" if options else session}


def _refuse_dead(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    """Make the pool replace a connection that the server has closed; costs one system call and no round trip.

    A server sends nothing on an idle connection unless it closes it, so anything to read means that it is closed.

    Raises:
        DisconnectionError: The connection is dead; the pool opens another.
    """
    if connection.closed or _is_readable(connection.fileno()):
        raise DisconnectionError("the server has closed this connection")
    if isinstance(connection, Overseen):
        connection.has_own_time = False


if hasattr(select, "poll"):

    def _is_readable(descriptor: int) -> bool:
        """Whether a socket has something to read, or has ended; never waits."""
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(0))

else:  # Windows has no poll, and no limit on the number of a descriptor in select

    def _is_readable(descriptor: int) -> bool:
        """Whether a socket has something to read, or has ended; never waits."""
        return bool(select.select([descriptor], [], [], 0)[0])

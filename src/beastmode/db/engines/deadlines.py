"""Ends statements whose server has stopped responding.

`statement_timeout` is enforced by the server, which is useless if the server is frozen or the network drops packets. So
the client checks the time too, and closes the connection: the statement fails like on any lost connection.
"""

import os
import socket
from collections.abc import Generator
from contextlib import suppress
from threading import Lock, Thread
from time import monotonic, sleep
from typing import Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

T = TypeVar("T")
_AFTER = 0.25
"""The seconds that the server gets to cancel a statement by itself."""
_TICK = 0.25

_waiting: dict["Overseen", float] = {}
"""Connections that wait for the server, each with its deadline."""
_watching: set[int] = set()
_lock = Lock()


class _Unanswered(psycopg.OperationalError):
    """The server did not respond to a statement in time, so a retry would take as long again."""

    is_unanswered = True


class Overseen(psycopg.Connection[Any]):
    """A connection with a deadline for each statement.

    Attributes:
        patience: The seconds to wait for the server; None for no limit.
        has_own_time: Whether the project has set `statement_timeout` itself; then nothing is ended.
        is_given_up: Whether the connection was closed because of a deadline.
    """

    patience: float | None = None
    has_own_time = False
    is_given_up = False

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **options: Any) -> T:
        """Let psycopg wait for the server, with a deadline."""
        if self.patience is None or self.has_own_time:
            return super().wait(gen, *arguments, **options)
        _waiting[self] = monotonic() + self.patience
        try:
            return super().wait(gen, *arguments, **options)
        except psycopg.OperationalError as error:
            if self.is_given_up:
                raise _Unanswered(f"the server did not answer within {self.patience:g} s") from error
            raise
        finally:
            _waiting.pop(self, None)


def oversee(seconds: float, connection: Overseen) -> None:
    """Set the deadline of a connection.

    Args:
        seconds: The server's own limit; 0 for no limit.
        connection: The connection.
    """
    if seconds:
        connection.patience = seconds + _AFTER
        _start_watching()


def _start_watching() -> None:
    """Start the thread of this process that checks deadlines, once; threads do not survive a fork."""
    process = os.getpid()
    with _lock:
        if process in _watching:
            return
        _waiting.clear()
        _watching.clear()
        _watching.add(process)
    Thread(target=_watch, name="beastmode-deadlines", daemon=True).start()


def _watch() -> None:
    """Close every connection whose deadline has passed."""
    while True:
        sleep(_TICK)
        now = monotonic()
        for connection, end in tuple(_waiting.items()):
            # Not one that listens for notifications: it waits without a statement.
            if end < now and connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                _hang_up(connection)


def _hang_up(connection: Overseen) -> None:
    """Close a connection below the driver, which then finds it lost."""
    connection.is_given_up = True
    with suppress(OSError, psycopg.Error):
        descriptor = os.dup(connection.pgconn.socket)
        with socket.socket(fileno=descriptor) as below:
            below.shutdown(socket.SHUT_RDWR)

"""An end for statements whose server has stopped answering.

`statement_timeout` is the server's own, and a server that is frozen, or behind a network that swallows packets, keeps
no time. So the client looks at the clock too, and hangs up: the statement fails as on any connection that was lost.
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

__all__ = ["AFTER", "Overseen", "Unanswered"]

T = TypeVar("T")
AFTER = 0.25
"""Seconds that the server is given to end a statement by itself."""
TICK = 0.25

waiting: dict["Overseen", float] = {}
"""Connections that wait for the server, each with the time at which its patience ends."""
watching: set[int] = set()
lock = Lock()


class Unanswered(psycopg.OperationalError):
    """The server did not answer a statement in time, so that asking it once more would take as long again."""

    is_unanswered = True


class Overseen(psycopg.Connection[Any]):
    """A connection on which no statement takes longer than it may.

    Attributes:
        patience: Seconds for an answer of the server; None for any number.
        has_own_time: Whether the project has set `statement_timeout` itself; nothing is ended then.
        is_given_up: Whether it was hung up on.
    """

    patience: float | None = None
    has_own_time = False
    is_given_up = False

    def wait(self, gen: Generator[Any, Any, T], *arguments: Any, **options: Any) -> T:
        """Let psycopg wait for the server, with an eye on the clock."""
        if self.patience is None or self.has_own_time:
            return super().wait(gen, *arguments, **options)
        waiting[self] = monotonic() + self.patience
        try:
            return super().wait(gen, *arguments, **options)
        except psycopg.OperationalError as error:
            if self.is_given_up:
                raise Unanswered(f"the server did not answer within {self.patience:g} s") from error
            raise
        finally:
            waiting.pop(self, None)


def oversee(seconds: float, connection: Overseen) -> None:
    """Give a connection its patience.

    Args:
        seconds: What the server gives a statement; 0 is any number.
        connection: The connection.
    """
    if seconds:
        connection.patience = seconds + AFTER
        start_watching()


def start_watching() -> None:
    """Have a thread of this process look at the clock, once; a thread does not outlive a fork."""
    process = os.getpid()
    with lock:
        if process in watching:
            return
        waiting.clear()
        watching.clear()
        watching.add(process)
    Thread(target=watch, name="beastmode-deadlines", daemon=True).start()


def watch() -> None:
    """Hang up on every server that takes too long."""
    while True:
        sleep(TICK)
        now = monotonic()
        for connection, end in tuple(waiting.items()):
            # Not one that listens for notifications: it waits with nothing under way.
            if end < now and connection.pgconn.transaction_status == TransactionStatus.ACTIVE:
                hang_up(connection)


def hang_up(connection: Overseen) -> None:
    """End a connection below the driver, which finds it lost."""
    connection.is_given_up = True
    with suppress(OSError, psycopg.Error):
        descriptor = os.dup(connection.pgconn.socket)
        with socket.socket(fileno=descriptor) as below:
            below.shutdown(socket.SHUT_RDWR)

"""How an idle worker learns about new jobs: by notifications on PostgreSQL, by polling on SQLite."""

import logging
import socket
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.events import after_commit
from beastmode.db.session import Installed, current_work

CHANNEL = "beastmode_jobs"
_PEEK_SECONDS = 0.03
"""How often a worker on SQLite checks whether another process has written, which takes 5 microseconds."""
_RETRY_SECONDS = 1.0
log = logging.getLogger("beastmode")
_waiting: WeakSet["Wakeups"] = WeakSet()


def wake_up() -> None:
    """Wake the idle workers of this process."""
    for each in list(_waiting):
        each.wake()


def wake_others() -> None:
    """Wake the idle workers of all processes when the current changes are committed.

    For rows that this process made ready or scheduled without enqueueing. On SQLite they notice every change by
    themselves. Requires an app context.
    """
    work = current_work()
    if work.dialect.name == "postgresql":
        work.execute(select(func.pg_notify(CHANNEL, "")))
    after_commit(wake_up)


class Wakeups:
    """Lets one worker wait for the next job.

    Args:
        installed: The application's database.
    """

    def __init__(self, installed: Installed) -> None:
        self._engine = installed.engines.reader
        self._is_told = installed.engines.reader.dialect.name == "postgresql"
        # Not an Event: what waits for a connection cannot wait for one as well.
        self._bell, self._rope = socket.socketpair()
        for end in (self._bell, self._rope):
            end.setblocking(False)  # noqa: FBT003 - the signature is the standard library's
        self._listening: Any = None
        self._connection: Any = None
        self._seen: object = None
        _waiting.add(self)

    def wake(self) -> None:
        """End the current wait, or the next one."""
        with suppress(OSError):  # it has rung too often to count, or is closed
            self._rope.send(b"x")

    def wait(self, seconds: float) -> None:
        """Wait until a job may be ready, or until the time is up.

        Args:
            seconds: The maximum wait.
        """
        end = monotonic() + seconds
        try:
            if self._is_told:
                self._listen_until(end)
            else:
                self._peek_until(end)
        except (SQLAlchemyError, OSError) as error:
            self._hang_up()
            log.warning(
                "Jobs: cannot listen for notifications because the database does not respond: %s", type(error).__name__
            )
            self._rings(min(seconds, _RETRY_SECONDS))

    def close(self) -> None:
        """Close the connection."""
        self._hang_up()
        _waiting.discard(self)
        self._rope.close()
        self._bell.close()

    def _hang_up(self) -> None:
        connection, self._connection, self._listening = self._connection, None, None
        if connection is not None:
            connection.invalidate()  # it is still listening, so it must not return to the pool
            connection.close()

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _rings(self, seconds: float, *others: Any) -> list[Any]:
        """What there is to read within this time: the bell, which is silent afterwards, or other things."""
        with DefaultSelector() as selector:
            for each in (self._bell, *others):
                selector.register(each, EVENT_READ)
            found = [key.fileobj for key, _ in selector.select(max(0.0, seconds))]
        if self._bell in found:
            with suppress(BlockingIOError):
                self._bell.recv(4096)
        return found

    def _listen_until(self, end: float) -> None:
        """Wait for the bell, or until PostgreSQL has notified of a job, or may have before this was listening."""
        driver = self._open().connection.dbapi_connection
        try:
            if self._listening is not driver:
                driver.execute(f"LISTEN {CHANNEL}")
                self._listening = driver
                return  # jobs may have been committed before LISTEN
            if driver in self._rings(end - monotonic(), driver):
                # Exhausted with list(), because an unfinished generator keeps the connection busy.
                list(driver.notifies(timeout=0))
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise OSError(type(error).__name__) from error

    def _peek_until(self, end: float) -> None:
        """Wait for the bell, or until another connection has written to the SQLite database."""
        while (left := end - monotonic()) > 0:
            if self._rings(min(left, _PEEK_SECONDS)) or self._has_changed():
                break

    def _has_changed(self) -> bool:
        """Whether another connection has written to the SQLite database since the last check."""
        version = self._open().exec_driver_sql("PRAGMA data_version").scalar_one()
        has_changed = bool(version != self._seen)
        self._seen = version
        return has_changed

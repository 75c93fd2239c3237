"""How an idle worker learns about new jobs: by notifications on PostgreSQL, by polling on SQLite."""

import logging
from threading import Event
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from beastmode.db.session import Installed, current_work

CHANNEL = "beastmode_jobs"
_LOOK_SECONDS = 1.0
"""How often a worker on PostgreSQL stops listening to check for jobs enqueued in its own process."""
_PEEK_SECONDS = 0.03
"""How often a worker on SQLite checks whether another process has written, which takes 5 microseconds."""
log = logging.getLogger("beastmode")
_waiting: WeakSet["Wakeups"] = WeakSet()


def wake_up() -> None:
    """Wake the idle workers of this process."""
    for each in list(_waiting):
        each.wake()


def wake_others() -> None:
    """Wake the idle workers of all processes, for rows that this process made ready or scheduled without enqueueing.

    On SQLite they notice every change by themselves. Requires an app context.
    """
    work = current_work()
    if work.dialect.name == "postgresql":
        work.execute(select(func.pg_notify(CHANNEL, "")))
    wake_up()


class Wakeups:
    """Lets one worker wait for the next job.

    Args:
        installed: The application's database.
    """

    def __init__(self, installed: Installed) -> None:
        self._engine = installed.engines.reader
        self._is_told = installed.engines.reader.dialect.name == "postgresql"
        self._event = Event()
        self._listening: Any = None
        self._connection: Any = None
        self._seen: object = None
        _waiting.add(self)

    def wake(self) -> None:
        """End the current wait, or the next one."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait until a job may be ready, or until the time is up.

        Args:
            seconds: The maximum wait.
        """
        end = monotonic() + seconds
        try:
            while not self._event.is_set() and (left := end - monotonic()) > 0:
                if self._is_told:
                    if self._hears(min(left, _LOOK_SECONDS)):
                        break
                else:
                    self._event.wait(min(left, _PEEK_SECONDS))
                    if self._has_changed():
                        break
        except (SQLAlchemyError, OSError) as error:
            self.close()
            log.warning(
                "Jobs: cannot listen for notifications because the database does not respond: %s", type(error).__name__
            )
            self._event.wait(min(seconds, _LOOK_SECONDS))
        self._event.clear()

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection, self._listening = self._connection, None, None
        if connection is not None:
            connection.invalidate()  # it is still listening, so it must not return to the pool
            connection.close()

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _hears(self, seconds: float) -> bool:
        """Whether PostgreSQL has notified of a job within this time, or may have done so before it was listening."""
        driver = self._open().connection.dbapi_connection
        try:
            if self._listening is not driver:
                driver.execute(f"LISTEN {CHANNEL}")
                self._listening = driver
                return True  # jobs may have been committed before LISTEN
            # Exhausted with list(), because an unfinished generator keeps the connection busy.
            return bool(list(driver.notifies(timeout=seconds, stop_after=1)))
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise OSError(type(error).__name__) from error

    def _has_changed(self) -> bool:
        """Whether another connection has written to the SQLite database since the last check."""
        version = self._open().exec_driver_sql("PRAGMA data_version").scalar_one()
        has_changed = bool(version != self._seen)
        self._seen = version
        return has_changed

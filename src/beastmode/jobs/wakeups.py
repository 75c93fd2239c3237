"""How an idle worker learns of a new job: at once where somebody tells it, else by looking."""

import logging
from threading import Event
from time import monotonic
from typing import Any
from weakref import WeakSet

from sqlalchemy.exc import SQLAlchemyError

from beastmode.db.session import Installed

CHANNEL = "beastmode_jobs"
_LOOK_SECONDS = 1.0
"""How long a worker on PostgreSQL may miss a notification, as while its connection was lost."""
_PEEK_SECONDS = 0.03
"""How often a worker on SQLite asks whether another process has written, which takes 5 microseconds."""
log = logging.getLogger("beastmode")
_waiting: WeakSet["Wakeups"] = WeakSet()


def wake_up() -> None:
    """Wake the idle workers of this process."""
    for each in list(_waiting):
        each.wake()


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
        """End the wait that is under way, or the next one."""
        self._event.set()

    def wait(self, seconds: float) -> None:
        """Wait until somebody tells of a job, or the time is over.

        Args:
            seconds: The longest wait.
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
            log.warning("Jobs: no notifications, as the database does not respond: %s", type(error).__name__)
            self._event.wait(min(seconds, _LOOK_SECONDS))
        self._event.clear()

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection, self._listening = self._connection, None, None
        if connection is not None:
            connection.invalidate()  # it listens, which nobody else wants
            connection.close()

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _hears(self, seconds: float) -> bool:
        """Whether PostgreSQL has told of a job. Short waits, since the threads of this process wake by the event."""
        driver = self._open().connection.dbapi_connection
        try:
            if self._listening is not driver:
                driver.execute(f"LISTEN {CHANNEL}")
                self._listening = driver
                return True  # of what came before nobody was told
            # Whole, as a generator that is left half-way keeps the connection.
            return bool(list(driver.notifies(timeout=seconds, stop_after=1)))
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise OSError(type(error).__name__) from error

    def _has_changed(self) -> bool:
        """Whether another connection has written to SQLite's file since the last look."""
        version = self._open().exec_driver_sql("PRAGMA data_version").scalar_one()
        has_changed = bool(version != self._seen)
        self._seen = version
        return has_changed

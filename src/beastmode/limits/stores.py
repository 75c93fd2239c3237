"""Where counts are shared: in the database, or in Redis with the storage of the library `limits`."""

from datetime import datetime, timedelta
from time import time
from typing import TYPE_CHECKING

from beastmode.core.redis import redis_options
from beastmode.db.engines.engines import Engines
from beastmode.db.session import opened_work
from beastmode.limits.counts import SqlCounts

if TYPE_CHECKING:
    from collections.abc import Callable

    from limits.storage import Storage


class DatabaseCounts:
    """Counts in a table of the application's database.

    Args:
        engines: The application's engines.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._counts: SqlCounts | None = None

    def add(self, key: str, amount: int, window: timedelta, moment: datetime) -> tuple[int, datetime] | None:
        """Add to a count; see `SharedCounts`."""
        if self._engines.writer.dialect.name == "sqlite" and _is_writing():
            return None  # SQLite has one writer: the request would wait for itself
        if self._counts is None:
            self._counts = self._in_table()
        [(_, total, ends)] = self._counts.add([key], amount, window, moment)
        return total, ends

    def _in_table(self) -> SqlCounts:
        from beastmode.limits.rate_counts import RateCount  # noqa: PLC0415 - adds the table to the metadata

        return SqlCounts(RateCount, self._engines.writer, self._engines.reader)


def _is_writing() -> bool:
    """Whether the current app context has begun to write."""
    work = opened_work()
    return work is not None and work.session is not None and work.session.is_writing


class StorageCounts:
    """Counts in a storage of the library `limits`.

    Args:
        make: Creates the storage; called with the first count, so that an application starts without its server.
    """

    def __init__(self, make: "Callable[[], Storage]") -> None:
        self._make = make
        self._storage: Storage | None = None

    def add(self, key: str, amount: int, window: timedelta, moment: datetime) -> tuple[int, datetime] | None:
        """Add to a count; see `SharedCounts`."""
        if self._storage is None:
            self._storage = self._make()
        seconds = round(window.total_seconds())
        total = self._storage.incr(key, seconds, amount)
        # Storages count in whole seconds of the system's clock.
        rest = min(seconds, max(1, round(self._storage.get_expiry(key) - time())))
        return total, moment + timedelta(seconds=rest)


def redis_storage(url: str, seconds: float) -> "Storage":
    """The storage in a Redis server.

    Args:
        url: Its URL.
        seconds: How long to wait for it.
    """
    from limits.storage import RedisStorage  # noqa: PLC0415 - slow to import, and only used with Redis

    return RedisStorage(url, key_prefix="beastmode:limits", **redis_options(seconds))

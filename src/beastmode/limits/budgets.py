"""What callers have used of their limits: counted in the process, and told to the other processes in time.

A process does not ask for each request. It counts in memory, and adds what it has counted to the shared counts once
that is a twentieth of what is left of the limit. So a caller who is far below the limit costs no statement, one who is
close to it costs one for each request, and one who is over it none.

The price is a bounded error: of one limit, each process may not have told a twentieth yet. At most
`limit + processes * (limit // 20 - 1)` requests are let through in one window, and exactly `limit` of them if the limit
is below 40, if there is one process, or with `exact=True`. A process that is killed forgets what it has not told.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest
from threading import Lock
from time import monotonic
from typing import NamedTuple, Protocol

from beastmode.core.clock import now

_PART = 20
"""A process tells what it has counted once it is this part of what is left: 5 % of the limit at most, so that ten
processes together let through one and a half times the limit at worst."""
_MOST_BUCKETS = 50_000
"""The callers that a process keeps in memory, about 10 MB; of more, those who have used least are forgotten."""
_PAUSE = 5.0
"""Seconds for which a store that failed is left alone: each try may cost a request the store's timeout."""
log = logging.getLogger("beastmode")


class SharedCounts(Protocol):
    """Counts that all processes share."""

    def add(self, key: str, amount: int, window: timedelta, moment: datetime) -> tuple[int, datetime] | None:
        """Add to a count, and return it and the end of its window; None if that is not possible at this moment.

        Args:
            key: The key.
            amount: How much is added; less than 0 if a refused request gives back what it did not get.
            window: How long a window lasts that begins now.
            moment: The current time.
        """


class Spent(NamedTuple):
    """What a request has used of a limit.

    Attributes:
        is_allowed: Whether it was within the limit.
        left: What is left of the limit.
        wait: Seconds until the window ends.
    """

    is_allowed: bool
    left: int
    wait: float


@dataclass(slots=True)
class _Bucket:
    """What one caller has used of one limit.

    Attributes:
        ends: When the window ends; the end of the shared window, once that is known.
        told: What all processes have told, as far as this one knows.
        untold: What this process has counted since.
    """

    ends: datetime
    told: int = 0
    untold: int = 0


class Budgets:
    """Counts what callers use.

    If the shared counts fail, it goes on with its own, without an error, and tells them later what it has counted.

    Args:
        counts: The shared counts; None if this process is alone.
    """

    def __init__(self, counts: SharedCounts | None) -> None:
        self._counts = counts
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()
        self._quiet_until = 0.0
        self._is_failing = False

    def spend(self, key: str, limit: int, window: timedelta, *, cost: int = 1, exact: bool = False) -> Spent:
        """Use a part of a limit, if there is enough left; a refused request uses nothing.

        Args:
            key: Whose limit it is, and which one.
            limit: What may be used in a window.
            window: How long a window lasts.
            cost: What is used.
            exact: Whether every request is counted for all processes at once, with one statement each.
        """
        moment = now()
        with self._lock:
            bucket = self._bucket(key, moment, window)
            used = bucket.told + bucket.untold
            if used + cost > limit:
                return _spent(bucket, limit, moment, is_allowed=False)
            bucket.untold += cost
            tells = exact or not 0 < bucket.untold * _PART < limit - bucket.told
            if self._counts is None or not tells or not self._may_tell():
                return _spent(bucket, limit, moment, is_allowed=True)
            amount, bucket.untold = bucket.untold, 0
            bucket.told += amount
        counted = self._tell(self._counts, key, amount, window, moment)
        with self._lock:
            if counted is None:
                bucket.told -= amount
                bucket.untold += amount
                return _spent(bucket, limit, moment, is_allowed=True)
            total, bucket.ends = counted
            bucket.told = max(bucket.told, total)
            is_allowed = total <= limit
            if not is_allowed:
                bucket.untold -= cost  # given back with the next statement
            return _spent(bucket, limit, moment, is_allowed=is_allowed)

    def give_back(self, key: str, cost: int) -> None:
        """Undo what a request has used of a limit, because another limit refuses it.

        Args:
            key: As for `spend`.
            cost: As for `spend`.
        """
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None:
                bucket.untold -= cost

    def _bucket(self, key: str, moment: datetime, window: timedelta) -> _Bucket:
        """The bucket of the current window."""
        bucket = self._buckets.get(key)
        if bucket is None or bucket.ends <= moment:
            if bucket is None and len(self._buckets) >= _MOST_BUCKETS:
                self._forget(moment)
            bucket = self._buckets[key] = _Bucket(moment + window)
        return bucket

    def _forget(self, moment: datetime) -> None:
        """Drop the buckets whose window is over, and if there are few of these, those with the least in them."""
        kept = {key: bucket for key, bucket in self._buckets.items() if bucket.ends > moment}
        if len(kept) > _MOST_BUCKETS * 0.9:
            least = nsmallest(_MOST_BUCKETS // 10, kept, key=lambda key: kept[key].told + kept[key].untold)
            for key in least:
                del kept[key]
        self._buckets = kept

    def _may_tell(self) -> bool:
        """Whether the shared counts may be asked: always while they answer, otherwise one request now and then."""
        if not self._is_failing:
            return True
        if monotonic() < self._quiet_until:
            return False
        self._quiet_until = monotonic() + _PAUSE  # the others go on without, while this one tries
        return True

    def _tell(
        self, counts: SharedCounts, key: str, amount: int, window: timedelta, moment: datetime
    ) -> tuple[int, datetime] | None:
        """Add to the shared count, and return it and its end; None if that failed."""
        try:
            counted = counts.add(key, amount, window, moment)
        except Exception:
            # No limit is worth a 500: whatever the store raises, the process counts by itself.
            self._quiet_until = monotonic() + _PAUSE
            if not self._is_failing:
                self._is_failing = True
                log.warning("Rate limits are counted in each process for now", exc_info=True)
            return None
        if self._is_failing:
            self._is_failing = False
            log.warning("Rate limits are counted for all processes again.")
        return counted


def _spent(bucket: _Bucket, limit: int, moment: datetime, *, is_allowed: bool) -> Spent:
    left = max(0, limit - bucket.told - bucket.untold)
    return Spent(is_allowed, left, (bucket.ends - moment).total_seconds())

"""What a process knows about flags: read from the database beside the requests, at most so many seconds ago."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

from beastmode.core.clock import now
from beastmode.flags.rollout import Rollout

_PATIENCE_SECONDS = 1.0
"""How long a request waits if this process knows nothing recent: reading takes milliseconds, and a database that is
silent must not hold a request that asks for a flag only."""
log = logging.getLogger("beastmode")
Read = Callable[[], Mapping[str, Rollout]]


@dataclass(frozen=True, slots=True)
class _Snapshot:
    rollouts: Mapping[str, Rollout]
    read_at: datetime | None


@dataclass(eq=False)
class _Reading:
    """One reading of the database.

    Attributes:
        done: Set when it has ended.
        is_outdated: Whether a flag was changed after it began.
    """

    done: Event = field(default_factory=Event)
    is_outdated: bool = False


class CurrentRollouts:
    """The rollouts that a process knows.

    A request that finds them older than `seconds` has them read by a thread, and goes on with what is known. If they
    are twice as old, because nobody has asked for long, it waits for the thread. While the database does not answer,
    the last known ones apply.

    Args:
        configured: What the settings say.
        read: Returns what the database says; None if there is none.
        seconds: For how long it is used.

    Attributes:
        configured: What the settings say.
    """

    def __init__(self, configured: Mapping[str, Rollout], read: Read | None, seconds: float) -> None:
        self.configured = configured
        self._read = read
        self._age = timedelta(seconds=seconds)
        self._snapshot = _Snapshot(configured, None)
        self._lock = Lock()
        self._reading: _Reading | None = None
        self._is_failing = False
        self._pause_until: datetime | None = None

    def rollouts(self) -> Mapping[str, Rollout]:
        """For whom each flag is on, by name."""
        snapshot = self._snapshot
        if self._read is None:
            return snapshot.rollouts
        moment = now()
        if snapshot.read_at is not None and moment - snapshot.read_at < self._age:
            return snapshot.rollouts
        reading = self._begin(self._read, moment)
        is_old = snapshot.read_at is None or moment - snapshot.read_at >= 2 * self._age
        if reading is not None and is_old:
            reading.done.wait(_PATIENCE_SECONDS)
        return self._snapshot.rollouts

    def forget(self) -> None:
        """Read the database before the next answer, because a flag was changed."""
        with self._lock:
            self._snapshot = _Snapshot(self._snapshot.rollouts, None)
            if self._reading is not None:
                self._reading.is_outdated, self._reading = True, None
            self._pause_until = None

    def _begin(self, read: Read, moment: datetime) -> _Reading | None:
        """The reading that is under way, or a new one; None if the database failed a moment ago."""
        with self._lock:
            if self._reading is not None:
                return self._reading
            if self._pause_until is not None and moment < self._pause_until:
                return None
            reading = self._reading = _Reading()
        Thread(target=self._run, args=(read, reading, moment), name="beastmode-flags", daemon=True).start()
        return reading

    def _run(self, read: Read, reading: _Reading, moment: datetime) -> None:
        try:
            rollouts = read()
        except Exception:
            # Whatever the database raises: a flag is never worth a 500.
            self._end(reading, None, moment)
            if not self._is_failing:
                self._is_failing = True
                log.warning("Flags: the database cannot be read; the last known values apply", exc_info=True)
        else:
            self._end(reading, rollouts, moment)
            if self._is_failing:
                self._is_failing = False
                log.warning("Flags: the database is read again.")
        reading.done.set()

    def _end(self, reading: _Reading, rollouts: Mapping[str, Rollout] | None, moment: datetime) -> None:
        with self._lock:
            if reading.is_outdated:
                return
            self._reading = None
            self._pause_until = moment + self._age if rollouts is None else None
            if rollouts is not None:
                self._snapshot = _Snapshot(rollouts, moment)

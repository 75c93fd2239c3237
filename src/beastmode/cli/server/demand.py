"""The CPU demand of threads, whether or not it is satisfied."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic

TASKS = Path("/proc/self/task")
_SECOND = 1_000_000_000
"""Nanoseconds, the unit in which Linux reports it."""


class Demand:
    """The CPU demand of threads since the last call.

    It includes the time in which they run, and in which they could run while others do, but not the time in which they
    wait for the interpreter lock, a database or a request. Only Linux reports it (proc_pid_schedstat(5)); elsewhere it
    is 0.
    """

    def __init__(self) -> None:
        self._at = monotonic()
        self._before: dict[int, int] = {}

    def take(self, threads: Iterable[int]) -> float:
        """The demand of some threads since the last call, as a share of one CPU.

        Args:
            threads: Their native IDs. A new one counts from now on.
        """
        asked, now = 0, monotonic()
        for thread in threads:
            with suppress(OSError):  # another system, or the thread has ended
                run, delayed, _ = (TASKS / str(thread) / "schedstat").read_bytes().split()
                total = int(run) + int(delayed)
                asked += total - self._before.get(thread, total)
                self._before[thread] = total
        passed, self._at = now - self._at, now
        return asked / _SECOND / passed

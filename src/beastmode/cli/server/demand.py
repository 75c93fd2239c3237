"""How much of a processor some threads ask for, whether they get it or not."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic

TASKS = Path("/proc/self/task")
_SECOND = 1_000_000_000
"""Of the nanoseconds in which Linux tells it."""


class Demand:
    """What threads have asked for since the last time.

    The time in which they run counts, and that in which they could run and others do; not that in which they wait for
    the interpreter, for a database or for a request. Only Linux tells it (proc_pid_schedstat(5)); elsewhere it is none.
    """

    def __init__(self) -> None:
        self._at = monotonic()
        self._before: dict[int, int] = {}

    def take(self, threads: Iterable[int]) -> float:
        """The share of one processor that some threads have asked for since this was called last.

        Args:
            threads: Their native ids. One that is new counts from now on.
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

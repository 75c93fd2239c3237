"""Adjusts how many of granian's threads wait for requests, so that few of them compete for the interpreter lock.

Each waiting thread is woken by a request, and then waits for the interpreter lock: with four threads a request costs
half as much again as with one (docs/why/server.md). So while they would only wait for each other, one thread handles
one request after another, and the others are paused. As soon as it has been handling a request for a few milliseconds,
whether it computes or waits, another thread takes its place.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, get_ident, get_native_id
from time import monotonic, sleep
from typing import Any

from beastmode.cli.server.demand import Demand

TICK = 0.01
"""The seconds between checks while no thread waits for requests. A thread that has been busy for this long does not
count."""
_IDLE_TICK = 0.25
"""The seconds between checks while a thread waits, and between adjustments."""
_LITTLE, _MUCH = 0.6, 0.9
"""The demand of the threads as a share of one CPU; only one of them computes at a time. Below the first, they wait for
something other than each other, such as a database, and one more is useful. Above the second, fewer do as much work."""
LONG_LINE = 32
"""The queue length above which one more thread keeps accepting requests, because some may have to be refused."""

log = logging.getLogger("beastmode")


class Crew:
    """The threads in which granian calls the application.

    Args:
        most: The maximum number of threads that wait for requests.
        line: Returns the number of accepted requests that wait for a slot.
    """

    def __init__(self, most: int, line: Callable[[], int]) -> None:
        self._most = self._wanted = most
        self._line = line
        self._lock = Lock()
        self._threads: dict[int, int] = {}  # the system's name for each
        self._working: dict[int, float] = {}  # since when
        self._slow: set[int] = set()
        self._aside: list[Lock] = []
        # Briefly, every IDLE_TICK, one more thread accepts whatever waits in granian: its queue cannot be seen, so
        # requests in it could neither be refused nor recognized as probes.
        self._is_draining = False
        self._hurry = Event()

    def run(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function for granian; afterwards the thread is paused while it is not needed.

        Args:
            function: The function.
            arguments: Its arguments.
        """
        me = get_ident()
        if me in self._working:  # what was called calls again
            function(*arguments)
            return
        if me not in self._threads:
            self._threads[me] = get_native_id()
        self._working[me] = monotonic()
        if self._aside and self._waiting() <= 0:
            self._hurry.set()
        try:
            function(*arguments)
        finally:
            del self._working[me]
            self._slow.discard(me)
            if self._available() > self._wanted and not self._is_draining:
                self._stay()

    def go_on(self) -> None:
        """Record that the thread has finished one request and begins another."""
        me = get_ident()
        if me in self._working:
            self._working[me] = monotonic()
            self._slow.discard(me)

    def watch(self) -> None:
        """Adjust the number of waiting threads until the process ends."""
        demand, adjusted = Demand(), monotonic()
        while True:
            if self._hurry.wait(_IDLE_TICK):
                sleep(TICK)
            try:
                self.look()
                if monotonic() - adjusted >= _IDLE_TICK:
                    adjusted = monotonic()
                    self.adjust(demand.take(tuple(self._threads.values())))
            except Exception:  # without this thread nobody might be left to take requests
                log.exception("adjusting the server's threads failed")

    def look(self) -> None:
        """Replace threads that have been busy for a while."""
        late = monotonic() - TICK
        # Replaced, not extended: a thread may have ended in the meantime.
        self._slow = {thread for thread, since in tuple(self._working.items()) if since < late}
        self._is_draining = self._is_draining and self._line() > LONG_LINE
        self._let_out()

    def adjust(self, demand: float) -> None:
        """Increase or reduce the number of threads.

        Args:
            demand: Their recent demand, as a share of one CPU.
        """
        if demand > _MUCH:
            self._wanted = max(1, self._wanted // 2)
        elif demand < _LITTLE:
            self._wanted = min(self._most, self._wanted + 1)
        if self._wanted < self._most or self._waiting() <= 0:
            self._hurry.set()
            self._is_draining = True
            self._let_out()
        else:
            self._hurry.clear()

    def _waiting(self) -> int:
        """The threads that wait in granian."""
        return len(self._threads) - len(self._aside) - len(self._working)

    def _available(self) -> int:
        """The threads that wait in granian, or soon will."""
        return len(self._threads) - len(self._aside) - len(self._slow)

    def _stay(self) -> None:
        with self._lock:
            if self._available() <= self._wanted:
                return
            turn = Lock()
            turn.acquire()
            self._aside.append(turn)
        turn.acquire()

    def _let_out(self) -> None:
        count = self._wanted + self._is_draining
        while self._aside and self._available() < count:
            self._aside.pop().release()

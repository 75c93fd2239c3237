"""How many of granian's threads wait for requests, so that few of them compete for the interpreter.

Each thread that waits is woken by a request, and then waits for the interpreter: with four of them a request costs half
as much again as with one (docs/why/server.md). So while they have to wait for each other, one thread takes a request,
answers it and takes the next, and the others are put aside. As soon as it has been at one request for a few
milliseconds, whatever it computes or waits for, another takes its place.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock, get_ident, get_native_id
from time import monotonic, sleep
from typing import Any

from beastmode.cli.server.demand import Demand

TICK = 0.01
"""Seconds between looks while nobody waits for requests. A thread at work for so long is not counted on."""
_IDLE_TICK = 0.25
"""Seconds between looks while somebody does, and between changes of how many are wanted."""
_LITTLE, _MUCH = 0.6, 0.9
"""Shares of one processor that the threads ask for; only one of them computes at a time. With less than the first, they
wait for something else than each other, such as a database, and one more is of use. With more than the second, fewer do
as much."""
LONG_LINE = 32
"""Requests in line for which one more thread goes on taking requests in: some of them may have to be refused."""

log = logging.getLogger("beastmode")


class Crew:
    """The threads of a process that granian calls in.

    Args:
        most: How many of them may wait for requests.
        line: How many requests have been taken in and wait for a place.
    """

    def __init__(self, most: int, line: Callable[[], int]) -> None:
        self._most = self._wanted = most
        self._line = line
        self._lock = Lock()
        self._threads: dict[int, int] = {}  # the system's name for each
        self._working: dict[int, float] = {}  # since when
        self._slow: set[int] = set()
        self._aside: list[Lock] = []
        # For a moment, every IDLE_TICK, one more thread takes in whatever waits at granian: nobody knows how much it is
        # or how long it has been there, so that it could neither be refused nor be recognized as a probe.
        self._is_draining = False
        self._hurry = Event()

    def run(self, function: Callable[..., object], *arguments: Any) -> None:
        """Call a function for granian; afterwards the thread stays here for as long as it is not wanted.

        Args:
            function: To call.
            arguments: For it.
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
        """Say that the thread has finished one request and begins another."""
        me = get_ident()
        if me in self._working:
            self._working[me] = monotonic()
            self._slow.discard(me)

    def watch(self) -> None:
        """Let threads out and keep them, until the process ends."""
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
                log.exception("looking after the server's threads failed")

    def look(self) -> None:
        """Let others take the place of those that have been at work for a while."""
        late = monotonic() - TICK
        # Replaced and not added to: a thread may have ended meanwhile.
        self._slow = {thread for thread, since in tuple(self._working.items()) if since < late}
        self._is_draining = self._is_draining and self._line() > LONG_LINE
        self._let_out()

    def adjust(self, demand: float) -> None:
        """Want more threads, or fewer.

        Args:
            demand: The share of one processor that they have asked for lately.
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
        """Threads that wait for granian."""
        return len(self._threads) - len(self._aside) - len(self._working)

    def _available(self) -> int:
        """Threads that do, or soon will."""
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

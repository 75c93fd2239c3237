"""Threads that run one job after another."""

from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Threads(Generic[T]):
    """Calls a function for each thing that is given to it, in a thread that is idle or new.

    Args:
        function: What to call; it must not raise.
    """

    def __init__(self, function: Callable[[T], None]) -> None:
        self._function = function
        self._things: SimpleQueue[T | None] = SimpleQueue()
        self._lock = Lock()
        self._idle = 0
        self._all = 0

    def start(self, thing: T) -> None:
        """Call the function for one more thing.

        Args:
            thing: Its argument.
        """
        with self._lock:
            is_new = self._idle == 0
            self._idle -= not is_new
            self._all += is_new
            number = self._all
        self._things.put(thing)
        if is_new:
            Thread(target=self._work, name=f"beastmode-job-{number}", daemon=True).start()

    def close(self) -> None:
        """Let each thread end after what it is doing."""
        for _ in range(self._all):
            self._things.put(None)

    def _work(self) -> None:
        while (thing := self._things.get()) is not None:
            self._function(thing)
            with self._lock:
                self._idle += 1

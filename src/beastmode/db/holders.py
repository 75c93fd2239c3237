from threading import Lock

from beastmode.core.errors import Problem

__all__ = ["Holders"]


class Holders:
    """Streams that keep a connection while their clients read: half as many as there are, so that others get one.

    Args:
        number: How many there may be.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._lock = Lock()

    def enter(self) -> None:
        """Be one of them.

        Raises:
            Problem: 503, there are enough.
        """
        with self._lock:
            if not self._free:
                raise Problem(503, "Too many streams are holding a database connection; try again")
            self._free -= 1

    def leave(self) -> None:
        """Be none any more."""
        with self._lock:
            self._free += 1

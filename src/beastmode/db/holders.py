from threading import Lock

from beastmode.core.errors import Problem


class Holders:
    """Streams that keep a connection while their clients read: at most half of the connections, so that others get one.

    Args:
        number: The maximum number.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._lock = Lock()

    def enter(self) -> None:
        """Register a stream.

        Raises:
            Problem: 503 if there are too many.
        """
        with self._lock:
            if not self._free:
                raise Problem(503, "Too many streams are holding a database connection; try again")
            self._free -= 1

    def leave(self) -> None:
        """Unregister a stream."""
        with self._lock:
            self._free += 1

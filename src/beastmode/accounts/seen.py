from datetime import datetime, timedelta
from threading import Lock

__all__ = ["LOOK", "REMEMBERED", "Seen"]

LOOK = "/* session look */"
"""Stands in the SELECT by which a request that writes looks at its session, so that who counts queries knows it."""
REMEMBERED = 10_000
"""Sessions, and tokens of the verifier, that a process remembers; one takes some 200 bytes, or 700."""


class Seen:
    """Sessions that this process has seen to hold, and when; the oldest is forgotten when there are too many."""

    def __init__(self) -> None:
        self._moments: dict[str, tuple[object, datetime]] = {}
        self._writing = Lock()

    def is_recent(self, session_id: str, user_id: object, moment: datetime, trusted: timedelta) -> bool:
        """Whether a session was seen to hold, so recently that it need not be looked at.

        Args:
            session_id: Which.
            user_id: Whose it must be.
            moment: The current moment.
            trusted: How long a look is good for.
        """
        # A single `get` is atomic: readers need no lock.
        seen = self._moments.get(session_id)
        return seen is not None and seen[0] == user_id and moment - seen[1] < trusted

    def add(self, session_id: str, user_id: object, moment: datetime) -> None:
        """Remember that a session holds.

        Args:
            session_id: Which.
            user_id: Whose it is.
            moment: When that was known, at the latest.
        """
        with self._writing:
            if session_id not in self._moments and len(self._moments) >= REMEMBERED:
                del self._moments[next(iter(self._moments))]
            self._moments[session_id] = (user_id, moment)

    def forget(self, session_id: str | None = None) -> None:
        """Have a session looked at before it is believed again.

        Args:
            session_id: Which; None for every one.
        """
        with self._writing:
            if session_id is None:
                self._moments.clear()
            else:
                self._moments.pop(session_id, None)

from datetime import datetime, timedelta
from threading import Lock

from flask import current_app, has_app_context

LOOK = "/* session look */"
"""Marks the SELECT with which a request that writes checks its session, so that counts of queries can leave it out."""
SEEN = "beastmode.accounts.seen"
"""The key in `app.extensions`."""
REMEMBERED = 10_000
"""The number of sessions, and of the verifier's tokens, that a process remembers; one takes about 200 or 700 bytes."""


class Seen:
    """Sessions that this process has found valid, and when; the oldest is forgotten if there are too many."""

    def __init__(self) -> None:
        self._moments: dict[str, tuple[object, datetime]] = {}
        self._writing = Lock()

    def is_recent(self, session_id: str, user_id: object, moment: datetime, trusted: timedelta) -> bool:
        """Whether a session was found valid so recently that it need not be checked.

        Args:
            session_id: The session's ID.
            user_id: The user it must belong to.
            moment: The current moment.
            trusted: How long a check remains valid.
        """
        # A single `get` is atomic: readers need no lock.
        seen = self._moments.get(session_id)
        return seen is not None and seen[0] == user_id and moment - seen[1] < trusted

    def add(self, session_id: str, user_id: object, moment: datetime) -> None:
        """Remember that a session is valid.

        Args:
            session_id: The session's ID.
            user_id: The user it belongs to.
            moment: When it was checked, at the latest.
        """
        with self._writing:
            if session_id not in self._moments and len(self._moments) >= REMEMBERED:
                del self._moments[next(iter(self._moments))]
            self._moments[session_id] = (user_id, moment)

    def forget(self, session_id: str | None = None) -> None:
        """Check a session again before it is accepted.

        Args:
            session_id: The session's ID; None for all.
        """
        with self._writing:
            if session_id is None:
                self._moments.clear()
            else:
                self._moments.pop(session_id, None)


def forget_seen_sessions() -> None:
    """Make this process check every session of the current application again before it accepts it."""
    if has_app_context() and (seen := current_app.extensions.get(SEEN)) is not None:
        seen.forget()

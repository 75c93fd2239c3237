"""The open sessions of a user, for that user to look at and to end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from beastmode.accounts.models import Session
from beastmode.accounts.security_log import note
from beastmode.accounts.sessions.devices import device_of
from beastmode.accounts.sessions.holding import NO_LIMIT, is_open
from beastmode.accounts.sessions.seen import Seen
from beastmode.core.caller import AccountId, Identity
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.events import after_commit
from beastmode.db import Database, transaction

_SHOWN = 100
"""The maximum number of sessions that are listed: a script that logs in for each request has thousands."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """An open session as its user sees it.

    Attributes:
        id: The session's ID.
        device: The browser and the system, such as "Firefox on Windows".
        address: The IP address that it was opened from.
        created_at: When it was opened, or when the password was last changed in it.
        last_seen_at: When it was opened or last refreshed.
        is_current: Whether it is the session of this request.
    """

    id: str
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SessionList:
    """Lists and ends the sessions of a user.

    Args:
        database: Where they are kept.
        seen: The sessions that this process has found valid.
        longest: The maximum lifetime of a session.
    """

    database: Database
    seen: Seen
    longest: timedelta = NO_LIMIT

    def of(self, caller: Identity) -> list[OpenSession]:
        """The open sessions of a user, the last seen first.

        Args:
            caller: The user, with the session of the request.
        """
        moment = now()
        statement = (
            select(Session.id, Session.user_agent, Session.address, Session.created_at, Session.rotated_at)
            .where(Session.user_id == caller.id, *is_open(moment, moment - self.longest))
            .order_by(Session.rotated_at.desc(), Session.id)
            .limit(_SHOWN)
        )
        return [
            OpenSession(
                id=row.id,
                device=device_of(row.user_agent),
                address=row.address,
                created_at=row.created_at,
                last_seen_at=row.rotated_at,
                is_current=row.id == caller.session_id,
            )
            for row in self.database.execute(statement)
        ]

    def end(self, caller: Identity, session_id: str) -> None:
        """End one session of a user.

        Args:
            caller: The user.
            session_id: The session's ID.

        Raises:
            Problem: 404 if the user has no such open session.
        """
        moment = now()
        mine = (Session.id == session_id, Session.user_id == caller.id, *is_open(moment, moment - self.longest))
        with transaction():
            ended = self.database.execute(update(Session).where(*mine).values(revoked_at=moment).returning(Session.id))
            found = ended.first() is not None
            after_commit(lambda: self.seen.forget(session_id))
            if found:
                note("Session ended", caller.id, session=session_id)
        if not found:
            raise Problem(404, "You have no open session with this ID")

    def end_all(self, caller: Identity) -> None:
        """End every session of a user, with that of the request.

        Args:
            caller: The user.
        """
        self.end_all_of(caller.id)

    def end_all_of(self, user_id: AccountId) -> None:
        """End every session of a user.

        Args:
            user_id: The user's ID.
        """
        open_ones = (Session.user_id == user_id, Session.revoked_at.is_(None))
        with transaction():
            self.database.execute(update(Session).where(*open_ones).values(revoked_at=now()))
            after_commit(self.seen.forget)
            note("All sessions ended", user_id)

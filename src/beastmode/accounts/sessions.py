"""Sign-in sessions: opened by a log-in, kept by rotating refresh tokens, ended by a log-out or by reuse."""

import logging
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import exists, insert, select, update

from beastmode.accounts.models import Session
from beastmode.accounts.purging import PURGE_EVERY, delete_some
from beastmode.accounts.refresh_tokens import Presented, RefreshTokens, fingerprint, wrong_refresh_token
from beastmode.core.clock import now
from beastmode.db import Database, transaction

__all__ = ["Granted", "Sessions"]

log = logging.getLogger("beastmode.accounts")


@dataclass(frozen=True, slots=True)
class Granted:
    """A session that holds, and the refresh token with which to keep it.

    Attributes:
        user_id: Whose it is.
        session_id: Which it is.
        refresh_token: Good for one rotation.
    """

    user_id: int | str
    session_id: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of an application.

    Args:
        database: Where they are kept.
        user: The project's User model; only an active user's session can be refreshed.
        refresh_tokens: Makes and recognises refresh tokens.
        lifetime: How long a session lasts without being refreshed.
        grace: For so long a token that was just rotated still gives its successor.
    """

    database: Database
    user: Any
    refresh_tokens: RefreshTokens
    lifetime: timedelta
    grace: timedelta
    _opened: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def open(self, user_id: int | str, *, user_agent: str, address: str) -> Granted:
        """A new session.

        Args:
            user_id: Who signs in.
            user_agent: What the client calls itself; cut to 255 characters.
            address: The client's IP address.
        """
        session_id, moment = secrets.token_urlsafe(16), now()
        token = self.refresh_tokens.make(session_id, 0)
        row = {
            "id": session_id,
            "user_id": user_id,
            "generation": 0,
            "token_hash": fingerprint(token),
            "created_at": moment,
            "rotated_at": moment,
            "expires_at": moment + self.lifetime,
            "user_agent": user_agent.replace("\0", "")[:255],
            "address": address[:45],
        }
        with transaction():
            self.database.execute(insert(Session).values(row))
        if next(self._opened) % PURGE_EVERY == 0:
            self.purge()
        return Granted(user_id, session_id, token)

    def rotate(self, token: str) -> Granted:
        """The successor of a refresh token; of several that ask at once each gets the same one.

        Args:
            token: The refresh token that a client brought.

        Raises:
            Problem: 401 for a token that is not genuine, expired, revoked, or of a user who is not active. A genuine
                token that was used before, and not just now, is in two hands: it ends the session for both.
        """
        presented = self.refresh_tokens.recognise(token)
        with transaction():
            granted = self._advance(presented) or self._repeat(presented)
            if granted is None:
                self._end_if_reused(presented)
        if granted is None:
            raise wrong_refresh_token()
        return granted

    def revoke(self, session_id: str, user_id: int | str) -> None:
        """End a session: no refresh token of it is good any more. Its access tokens end by themselves.

        Args:
            session_id: Which.
            user_id: Whose it must be.
        """
        mine = (Session.id == session_id, Session.user_id == user_id, Session.revoked_at.is_(None))
        with transaction():
            self.database.execute(update(Session).where(*mine).values(revoked_at=now()))

    def purge(self) -> None:
        """Delete sessions that expired, at most 1000 at once."""
        with transaction():
            self.database.execute(delete_some(Session.id, Session.expires_at <= now()))

    def _advance(self, presented: Presented) -> Granted | None:
        """Rotate in one conditional statement: of two at once the database lets one through."""
        moment = now()
        successor = self.refresh_tokens.make(presented.session_id, presented.generation + 1)
        statement = (
            update(Session)
            .where(*self._holds(presented.session_id), Session.token_hash == presented.fingerprint)
            .values(
                generation=presented.generation + 1,
                token_hash=fingerprint(successor),
                rotated_at=moment,
                expires_at=moment + self.lifetime,
            )
            .returning(Session.user_id)
        )
        user_id = self.database.execute(statement).scalar()
        return None if user_id is None else Granted(user_id, presented.session_id, successor)

    def _repeat(self, presented: Presented) -> Granted | None:
        """The successor that was already given for this token, while the grace lasts."""
        statement = select(Session.user_id, Session.token_hash).where(
            *self._holds(presented.session_id),
            Session.generation == presented.generation + 1,
            Session.rotated_at > now() - self.grace,
        )
        row = self.database.execute(statement).one_or_none()
        if row is None:
            return None
        successor = self.refresh_tokens.find(presented.session_id, presented.generation + 1, row.token_hash)
        return None if successor is None else Granted(row.user_id, presented.session_id, successor)

    def _end_if_reused(self, presented: Presented) -> None:
        """Revoke the session of a token that is not its current one; a session that is over stays as it is."""
        reused = (
            Session.id == presented.session_id,
            Session.revoked_at.is_(None),
            Session.expires_at > now(),
            Session.token_hash != presented.fingerprint,
        )
        statement = update(Session).where(*reused).values(revoked_at=now()).returning(Session.user_id)
        user_id = self.database.execute(statement).scalar()
        if user_id is not None:
            log.warning("A refresh token of user %s was used twice; its session is ended.", user_id)

    def _holds(self, session_id: str) -> tuple[Any, ...]:
        """The conditions under which a session holds."""
        owner_is_active = exists().where(self.user.id == Session.user_id, self.user.is_active)
        return (Session.id == session_id, Session.revoked_at.is_(None), Session.expires_at > now(), owner_is_active)

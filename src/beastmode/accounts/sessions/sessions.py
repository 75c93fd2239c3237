"""Sessions: opened by a login, extended by rotating refresh tokens, ended by a logout or by reuse."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from itertools import count
from typing import Any

from sqlalchemy import Select, bindparam, case, exists, insert, literal, not_, or_, select, update

from beastmode.accounts.models import Credential, Session
from beastmode.accounts.sessions.holding import NO_LIMIT, has_owner, is_open
from beastmode.accounts.sessions.seen import LOOK, Seen
from beastmode.accounts.tokens.access import invalid_token
from beastmode.accounts.tokens.refresh import Presented, RefreshTokens, fingerprint, wrong_refresh_token
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.db import Database, transaction
from beastmode.db.base import UtcDateTime
from beastmode.db.permits import Permit, WriteCondition
from beastmode.db.purging import PURGE_EVERY, delete_some
from beastmode.db.session import current_work

log = logging.getLogger("beastmode.accounts")


@dataclass(frozen=True, slots=True)
class Granted:
    """A valid session, and the refresh token that extends it.

    Attributes:
        user_id: The user it belongs to.
        session_id: The session's ID.
        refresh_token: Can be used once.
        opened_at: When the user logged in, or last proved to know the password.
    """

    user_id: AccountId
    session_id: str
    refresh_token: str = field(repr=False)
    opened_at: datetime


@dataclass(frozen=True)
class Sessions:
    """The sessions of an application.

    Args:
        database: Where they are kept.
        user: The project's User model; only an active user's session can be refreshed.
        refresh_tokens: Creates and recognizes refresh tokens.
        lifetime: How long a session lasts without being refreshed.
        grace: How long a used token still returns its successor.
        longest: The maximum lifetime of a session, however often it is refreshed.
        trusted: How long a check remains valid for requests that write nothing.
        arrived: Called in the transaction of a login, with the user, the session, the user agent and the address.
    """

    database: Database
    user: Any
    refresh_tokens: RefreshTokens
    lifetime: timedelta
    grace: timedelta
    longest: timedelta = NO_LIMIT
    trusted: timedelta = timedelta(0)
    arrived: Callable[[AccountId, str, str, str], None] | None = None
    seen: Seen = field(default_factory=Seen, repr=False, compare=False)
    _opened: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def open(self, user_id: AccountId, *, user_agent: str, address: str, compared: str | None = None) -> Granted | None:
        """A new session; None if the user has been deleted or deactivated, or has another password hash.

        Args:
            user_id: The user who logs in.
            user_agent: The `User-Agent` header; truncated to 255 characters.
            address: The client's IP address.
            compared: The hash that the password was compared with; None if the user was authenticated in another way.
        """
        session_id, moment = secrets.token_urlsafe(16), now()
        token = self.refresh_tokens.make(session_id, 0)
        agent, address = user_agent.replace("\0", "")[:255], address[:45]
        row = {
            "id": session_id,
            "generation": 0,
            "token_hash": fingerprint(token),
            "rotated_at": moment,
            "expires_at": moment + self.lifetime,
            "user_agent": agent,
            "address": address,
        }
        with transaction():
            opened = self.database.execute(self._insert(row, user_id, moment, compared)).scalar()
            if opened is not None and self.arrived is not None:
                self.arrived(user_id, session_id, agent, address)
        if next(self._opened) % PURGE_EVERY == 0:
            self.purge()
        if opened is None:
            return None
        self.seen.add(session_id, user_id, moment)
        return Granted(user_id, session_id, token, moment)

    def rotate(self, token: str) -> Granted:
        """The successor of a refresh token; concurrent requests all get the same one.

        Args:
            token: The refresh token from the request.

        Raises:
            Problem: 401 for a token that is not genuine, has expired, was revoked, or belongs to an inactive user. If a
                genuine token is reused after the grace period, two parties have it: the session ends for both.
        """
        presented = self.refresh_tokens.recognise(token)
        with transaction():
            granted = self._advance(presented) or self._repeat(presented)
            if granted is None:
                self._end_if_reused(presented)
        if granted is None:
            self.seen.forget(presented.session_id)
            raise wrong_refresh_token()
        self.seen.add(granted.session_id, granted.user_id, now())
        return granted

    def holds(self, session_id: str, user_id: AccountId, *, is_read: bool) -> bool:
        """Whether the session of an access token is valid, or was when it was checked, at most `trusted` ago.

        A request that writes checks it again, in the same statement if possible. A session that is not valid because
        its user is inactive ends permanently: it is not restored with the user.

        Args:
            session_id: The session's ID.
            user_id: The user it must belong to.
            is_read: Whether the request writes nothing.
        """
        moment = now()
        if not self.seen.is_recent(session_id, user_id, moment, self.trusted):
            return self._look(session_id, user_id, moment)
        if not is_read:
            current_work().permit = self._permit(session_id, user_id, moment)
        return True

    def revoke(self, session_id: str, user_id: AccountId) -> None:
        """End a session: none of its refresh tokens is accepted any more. Its access tokens expire.

        Args:
            session_id: The session's ID.
            user_id: The user it must belong to.
        """
        mine = (Session.id == session_id, Session.user_id == user_id, Session.revoked_at.is_(None))
        with transaction():
            self.database.execute(update(Session).where(*mine).values(revoked_at=now()))
        self.seen.forget(session_id)

    def purge(self) -> None:
        """Delete expired sessions, at most 1000 at a time."""
        with transaction():
            self.database.execute(delete_some(Session.id, Session.expires_at <= now()))

    def _advance(self, presented: Presented) -> Granted | None:
        """Rotate in one conditional statement: of two concurrent ones, one succeeds."""
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
            .returning(Session.user_id, Session.created_at)
        )
        row = self.database.execute(statement).one_or_none()
        return None if row is None else Granted(row.user_id, presented.session_id, successor, row.created_at)

    def _repeat(self, presented: Presented) -> Granted | None:
        """The successor that was already issued for this token, within the grace period."""
        statement = select(Session.user_id, Session.token_hash, Session.created_at).where(
            *self._holds(presented.session_id),
            Session.generation == presented.generation + 1,
            Session.rotated_at > now() - self.grace,
        )
        row = self.database.execute(statement).one_or_none()
        if row is None:
            return None
        successor = self.refresh_tokens.find(presented.session_id, presented.generation + 1, row.token_hash)
        if successor is None:
            return None
        return Granted(row.user_id, presented.session_id, successor, row.created_at)

    def _end_if_reused(self, presented: Presented) -> None:
        """Revoke the session of a token that is not its current one, or whose user is no longer active.

        A session that has ended is not changed.
        """
        ended = or_(Session.token_hash != presented.fingerprint, not_(has_owner(self.user)))
        statement = (
            update(Session)
            .where(Session.id == presented.session_id, *self._is_open(), ended)
            .values(revoked_at=now())
            .returning(Session.user_id, Session.token_hash)
        )
        row = self.database.execute(statement).one_or_none()
        if row is not None and row.token_hash != presented.fingerprint:
            log.warning("A refresh token of user %s was used twice; the session has been revoked.", row.user_id)

    def _end_without_owner(self, session_id: str) -> None:
        statement = update(Session).where(
            Session.id == session_id, Session.revoked_at.is_(None), not_(has_owner(self.user))
        )
        # A separate connection: the request is refused, and its own work is rolled back.
        with self.database.engine.begin() as connection:
            connection.execute(statement.values(revoked_at=now()))

    def _insert(self, row: dict[str, Any], user_id: AccountId, moment: datetime, compared: str | None) -> Any:
        """The INSERT of a session, from the current row of its user.

        FOR SHARE: waits for a transaction that is changing the password or deactivating the user, and reads the row
        again. A transaction that comes later sees this session, and ends it.
        """
        user = self.user
        since = [user.created_at, Credential.changed_at] if compared is not None else [user.created_at]
        # The later of two clocks, because the session would be older than its user if the database's clock were ahead.
        this_moment = literal(moment, UtcDateTime())
        created_at = case(*((earliest > this_moment, earliest) for earliest in since), else_=this_moment)
        values = {name: literal(value, Session.__table__.c[name].type) for name, value in row.items()}
        account = select(*values.values(), user.id, created_at).where(user.id == user_id, user.is_active)
        if compared is not None:
            account = account.where(Credential.user_id == user.id, Credential.password_hash == compared)
        names = [*values, "user_id", "created_at"]
        return insert(Session).from_select(names, account.with_for_update(read=True)).returning(Session.id)

    def _look(self, session_id: str, user_id: AccountId, moment: datetime) -> bool:
        rows = current_work().fetch(self._found, self._given(session_id, user_id, moment))
        if rows and rows[0][0]:
            self.seen.add(session_id, user_id, moment)
            return True
        self.seen.forget(session_id)
        if rows:
            self._end_without_owner(session_id)
        return False

    def _permit(self, session_id: str, user_id: AccountId, moment: datetime) -> Permit:
        """The permit for a request to write, whose session is checked by the statement that writes."""

        def look() -> None:
            if not self._look(session_id, user_id, moment):
                raise invalid_token()

        return Permit(
            self._condition,
            self._given(session_id, user_id, moment),
            look,
            partial(self.seen.add, session_id, user_id, moment),
        )

    def _given(self, session_id: str, user_id: AccountId, moment: datetime) -> dict[str, Any]:
        return {
            "_session_id": session_id,
            "_session_user_id": user_id,
            "_session_moment": moment,
            "_session_oldest": moment - self.longest,
        }

    @cached_property
    def _found(self) -> Select[Any]:
        """Whether an open session has its owner; no row if it is not open."""
        return select(has_owner(self.user)).prefix_with(LOOK).where(*self._asked())

    @cached_property
    def _condition(self) -> WriteCondition:
        """That an open session has its owner, whatever the statement around it writes to."""
        return WriteCondition(exists().where(*self._asked(), has_owner(self.user)).correlate(None))

    def _asked(self) -> tuple[Any, ...]:
        """That this session is open."""
        moment = bindparam("_session_moment", type_=UtcDateTime())
        oldest = bindparam("_session_oldest", type_=UtcDateTime())
        whose = (Session.id == bindparam("_session_id"), Session.user_id == bindparam("_session_user_id"))
        return (*whose, *is_open(moment, oldest))

    def _is_open(self) -> tuple[Any, ...]:
        moment = now()
        return is_open(moment, moment - self.longest)

    def _holds(self, session_id: str) -> tuple[Any, ...]:
        """The conditions under which a session is valid."""
        return (Session.id == session_id, *self._is_open(), has_owner(self.user))

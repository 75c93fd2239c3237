"""New users, and the passwords of existing ones."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import case, delete, literal, not_, select, update
from sqlalchemy.exc import IntegrityError

from beastmode.accounts.emails.addresses import LONGEST, is_address, name_from
from beastmode.accounts.ids import refuse_reused_ids
from beastmode.accounts.models import AccountRole, Credential, Session
from beastmode.accounts.options import words_of
from beastmode.accounts.passwords import hashing
from beastmode.accounts.sessions.seen import forget_seen_sessions
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.errors import BeastmodeError, Problem
from beastmode.core.events import after_commit
from beastmode.core.permissions import OPERATOR
from beastmode.db import Database, transaction
from beastmode.db.base import UtcDateTime
from beastmode.db.inserts import INSERTS

log = logging.getLogger("beastmode.accounts")


@dataclass(frozen=True, slots=True)
class Registration:
    """Creates users and sets passwords.

    Args:
        database: Where they are kept.
        user: The project's User model.
        password_rules: `length` or `composition`, as in PASSWORD_RULES.
        log_in_with: The column that users log in with.
    """

    database: Database
    user: Any
    password_rules: str
    log_in_with: str = "email"
    _made: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def create(
        self,
        email: str,
        password: str,
        *,
        name: str | None = None,
        is_operator: bool = False,
        and_then: Callable[[Any], object] | None = None,
        **further: Any,
    ) -> Any:
        """A new user with a password; both are stored, or neither.

        Args:
            email: The email address; case-insensitive.
            password: The password.
            name: The user's name; by default the local part of the address, if the model has a name.
            is_operator: Whether the user is an operator of the backend.
            and_then: Called with the user in the transaction that creates them.
            further: Other attributes of the user.

        Raises:
            Problem: 400 "already exists" for a registered address, whatever the password; 422 for an address or a
                password that is not valid.
        """
        if not is_address(email):
            raise Problem(422, "Validation failed", details={"email": ["Not a valid email address."]})
        email = email.lower()
        about = {"name": name, **further}
        made = None
        if not self._taken(email, about):
            made = self._create(email, password, about, is_operator=is_operator, and_then=and_then)
        if made is None:
            raise _already_exists(self._taken(email, about) or "email")
        return made

    def create_quietly(self, email: str, password: str, *, name: str | None = None, **further: Any) -> None:
        """Create a user, or nothing if the address is registered, without a difference that the caller could notice.

        Args:
            email: The address, which must be valid.
            password: The password.
            name: The user's name.
            further: Other attributes of the user.

        Raises:
            Problem: 422 for a password that is not valid, whether the address is registered or not.
        """
        # The same work in both cases: the INSERT detects a registered address.
        self._create(email.lower(), password, {"name": name, **further})

    def _create(
        self,
        email: str,
        password: str,
        about: dict[str, Any],
        *,
        is_operator: bool = False,
        and_then: Callable[[Any], object] | None = None,
    ) -> Any:
        """A new user; None if the address has been registered in the meantime."""
        if next(self._made) == 1:
            self._warn_of_reused_ids()
        # Hashed before the transaction begins, because it takes long and SQLite has one writer at a time.
        known = (email, name_from(email, LONGEST), *filter(None, [about["name"]]))
        password_hash = self.hash_new(password, known)
        try:
            with transaction():
                account = self._insert(email, about, password_hash, is_operator=is_operator)
                if and_then is not None:
                    and_then(account)
                return account
        except IntegrityError:
            # Another request registered the same address first; any other conflict has another cause.
            if not self._taken(email, about):
                raise
            return None

    def set_password(
        self, user_id: AccountId, password: str, *, may_be_common: bool = False, instead_of: str | None = None
    ) -> bool:
        """Set a new password for a user, and end all their sessions.

        Args:
            user_id: The user's ID.
            password: The new password.
            may_be_common: Whether common passwords are allowed, as in a test.
            instead_of: The hash that must still be stored, "" for none; None for any.

        Returns:
            Whether it was set: not if another hash is stored by now.

        Raises:
            Problem: 422 if the password is not valid.
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        password_hash = self.hash_new(password, may_be_common=may_be_common)
        return self.store_hash(user_id, password_hash, instead_of=instead_of)

    def store_hash(
        self, user_id: AccountId, password_hash: str, *, instead_of: str | None = None, keeping: str | None = None
    ) -> bool:
        """Store a new password hash for a user, and end their sessions.

        Args:
            user_id: The user's ID.
            password_hash: From `hash_new`.
            instead_of: The hash that must still be stored, "" for none; None for any.
            keeping: The ID of a session that continues: that of the user who knew the old password.

        Returns:
            Whether it was stored: not if another hash is stored by now.

        Raises:
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        with transaction():
            session = self.database.session
            # Wait for a login that is in progress, so that this moment is later than that of its session.
            stored = select(Credential.password_hash).where(Credential.user_id == user_id).with_for_update()
            current = session.execute(stored).scalar()
            if instead_of is not None and (current or "") != instead_of:
                return False
            moment = now()
            values = {"password_hash": password_hash, "changed_at": moment}
            statement = INSERTS[session.connection().dialect.name](Credential).values(user_id=user_id, **values)
            session.execute(statement.on_conflict_do_update(index_elements=[Credential.user_id], set_=values))
            open_ones = (Session.user_id == user_id, Session.revoked_at.is_(None))
            kept = Session.id == (keeping or "")
            session.execute(update(Session).where(*open_ones, not_(kept)).values(revoked_at=moment))
            if keeping is not None:
                # A session that is older than the password is refused, so that none outlives a new password.
                later = case((Session.created_at > moment, Session.created_at), else_=literal(moment, UtcDateTime()))
                session.execute(update(Session).where(*open_ones, kept).values(created_at=later))
            after_commit(forget_seen_sessions)
        return True

    def weaknesses(self, password: str) -> list[str]:
        """What is wrong with a new password by this application's rules; empty if it is valid.

        Args:
            password: The new password.
        """
        return hashing.weaknesses(password, self.password_rules)

    def hash_new(
        self, password: str, about: Iterable[str] = (), *, may_be_common: bool = False, field: str = "password"
    ) -> str:
        """The hash of a new password. Call it outside a transaction: it takes long, and SQLite has one writer.

        Args:
            password: The new password.
            about: What others know about the owner, which the password must not be.
            may_be_common: Whether common passwords are allowed, as in a test.
            field: The field of the request that it was in.

        Raises:
            Problem: 422 if the password is not valid.
        """
        if wrong := hashing.weaknesses(password, self.password_rules, about, may_be_common=may_be_common):
            raise Problem(422, "Validation failed", details={field: wrong})
        return hashing.hash_password(password)

    def _warn_of_reused_ids(self) -> None:
        """Log what `doctor` reports, once per process: not everyone runs `doctor` before serving."""
        try:
            refuse_reused_ids(self.database.reader, self.user.__table__)
        except BeastmodeError as error:
            log.warning("%s", error)

    def _taken(self, email: str, about: dict[str, Any]) -> str | None:
        """The column of the email address or the login, if a user has this value already."""
        for name, value in {"email": email, self.log_in_with: about.get(self.log_in_with, email)}.items():
            statement = select(self.user.id).where(getattr(self.user, name) == value)
            if self.database.execute(statement).first() is not None:
                return name
        return None

    def _insert(self, email: str, about: dict[str, Any], password_hash: str, *, is_operator: bool) -> Any:
        # The clock that tokens are dated with.
        values = {**about, "email": email, "created_at": now()}
        if (longest := longest_name(self.user)) is not None:
            values["name"] = about["name"] or name_from(email, longest)
        elif about["name"] is None:
            del values["name"]
        user = self.user(**values)
        session = self.database.session
        session.add(user)
        session.flush()
        # If rows were deleted without foreign keys and the ID was reused, nothing of its former owner remains.
        session.execute(delete(Credential).where(Credential.user_id == user.id))
        session.execute(delete(Session).where(Session.user_id == user.id))
        session.execute(delete(AccountRole).where(AccountRole.user_id == user.id))
        session.add(Credential(user_id=user.id, password_hash=password_hash, changed_at=now()))
        if is_operator:
            session.add(AccountRole(user_id=user.id, role=OPERATOR, granted_at=now()))
        return user


def longest_name(user: Any) -> int | None:
    """The maximum length of the model's `name`; None if it has no such column.

    Args:
        user: The project's User model.
    """
    column = user.__table__.columns.get("name")
    return None if column is None else (column.type.length or 255)


def _already_exists(column: str) -> Problem:
    """The response to a registration with a registered address, or with another login that is taken."""
    return Problem(400, f"A user with this {words_of(column)} already exists")

"""New users, and the passwords of those there are."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from beastmode.accounts import passwords
from beastmode.accounts.addresses import LONGEST, is_address, name_from
from beastmode.accounts.ids import refuse_reused_ids
from beastmode.accounts.inserts import INSERTS
from beastmode.accounts.models import Credential, Session
from beastmode.core.clock import now
from beastmode.core.errors import BeastmodeError, Problem
from beastmode.db import Database, transaction

__all__ = ["Registration"]

log = logging.getLogger("beastmode.accounts")


@dataclass(frozen=True, slots=True)
class Registration:
    """Makes users and sets passwords.

    Args:
        database: Where they are kept.
        user: The project's User model.
        password_rules: `length` or `document`, as in PASSWORD_RULES.
    """

    database: Database
    user: Any
    password_rules: str
    _made: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)

    def create(self, email: str, password: str, *, name: str | None = None, is_operator: bool = False) -> Any:
        """A new user with a password, both or neither.

        Args:
            email: The email address; case-insensitive.
            password: The password.
            name: What to call them; the address's local part where it is None, if the model has a name at all.
            is_operator: Whether the user is an operator of the backend.

        Raises:
            Problem: 400 "already exists" for a taken address, whatever the password is; 422 for an address or a
                password that will not do.
        """
        if not is_address(email):
            raise Problem(422, "Validation failed", details={"email": ["Not a valid email address."]})
        email = email.lower()
        if self._is_taken(email):
            raise already_exists()
        made = self._create(email, password, name, is_operator=is_operator)
        if made is None:
            raise already_exists()
        return made

    def create_quietly(self, email: str, password: str, *, name: str | None = None) -> None:
        """Make a user, or nothing where the address is taken, without a difference that the caller could notice.

        Args:
            email: The address, one that can be registered.
            password: The password.
            name: What to call them.

        Raises:
            Problem: 422 for a password that will not do, whether the address is taken or not.
        """
        # The same work for both: a taken address is found out by the INSERT.
        self._create(email.lower(), password, name)

    def _create(self, email: str, password: str, name: str | None, *, is_operator: bool = False) -> Any:
        """A new user; None where the address is taken by then."""
        if next(self._made) == 1:
            self._warn_of_reused_ids()
        # Hashed before the transaction begins: it takes a while, and SQLite has one writer at a time.
        about = (email, name_from(email, LONGEST), *filter(None, [name]))
        password_hash = self._hash(password, about)
        try:
            with transaction():
                return self._insert(email, name, password_hash, is_operator=is_operator)
        except IntegrityError:
            # Somebody else was faster with the same address; any other conflict is not ours to explain.
            if not self._is_taken(email):
                raise
            return None

    def set_password(self, user_id: int | str, password: str, *, may_be_common: bool = False) -> None:
        """Set a new password for a user, and end all their sessions.

        Args:
            user_id: Whose.
            password: The new one.
            may_be_common: Whether a password that many have will do, as in a test.

        Raises:
            Problem: 422 if the password is not valid.
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        password_hash = self._hash(password, may_be_common=may_be_common)
        with transaction():
            session = self.database.session
            # A log-in that is under way is waited for, so that the moment is later than that of its session.
            session.execute(select(Credential.user_id).where(Credential.user_id == user_id).with_for_update())
            moment = now()
            values = {"password_hash": password_hash, "changed_at": moment}
            statement = INSERTS[session.connection().dialect.name](Credential).values(user_id=user_id, **values)
            session.execute(statement.on_conflict_do_update(index_elements=[Credential.user_id], set_=values))
            open_ones = (Session.user_id == user_id, Session.revoked_at.is_(None))
            session.execute(update(Session).where(*open_ones).values(revoked_at=moment))

    def weaknesses(self, password: str) -> list[str]:
        """What is wrong with a new password by this application's rules; empty if it will do.

        Args:
            password: The password that somebody chose.
        """
        return passwords.weaknesses(password, self.password_rules)

    def _hash(self, password: str, about: Iterable[str] = (), *, may_be_common: bool = False) -> str:
        if wrong := passwords.weaknesses(password, self.password_rules, about, may_be_common=may_be_common):
            raise Problem(422, "Validation failed", details={"password": wrong})
        return passwords.hash_password(password)

    def _warn_of_reused_ids(self) -> None:
        """Tell the log what doctor says, once a process and where ids are given: not every server is asked before."""
        try:
            refuse_reused_ids(self.database.reader, self.user.__table__)
        except BeastmodeError as error:
            log.warning("%s", error)

    def _is_taken(self, email: str) -> bool:
        statement = select(self.user.id).where(self.user.email == email)
        return self.database.execute(statement).first() is not None

    def _insert(self, email: str, name: str | None, password_hash: str, *, is_operator: bool) -> Any:
        # By the clock that tokens are dated with.
        values = {"email": email, "created_at": now()}
        if (longest := longest_name(self.user)) is not None:
            values["name"] = name or name_from(email, longest)
        user = self.user(**values)
        session = self.database.session
        session.add(user)
        session.flush()
        # Where rows were deleted without foreign keys and the id was free again: nothing of its former owner stays.
        session.execute(delete(Credential).where(Credential.user_id == user.id))
        session.execute(delete(Session).where(Session.user_id == user.id))
        session.add(Credential(user_id=user.id, password_hash=password_hash, is_operator=is_operator, changed_at=now()))
        return user


def longest_name(user: Any) -> int | None:
    """How many characters the model's `name` holds; None where it has no such column.

    Args:
        user: The project's User model.
    """
    column = user.__table__.columns.get("name")
    return None if column is None else (column.type.length or 255)


def already_exists() -> Problem:
    """The answer to a registration with an address that somebody has."""
    return Problem(400, "A user with this email address already exists")

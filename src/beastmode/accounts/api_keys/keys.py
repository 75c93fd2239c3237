"""API keys: made by a user for another program, limited to scopes, and revoked at any time."""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from flask import Flask, Request, current_app
from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from beastmode.accounts.desk import DESK, Desk
from beastmode.accounts.security_log import note
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import Identity, SecurityScheme
from beastmode.core.permissions import READ, WRITE, roles_in
from beastmode.core.secrets import SecretText
from beastmode.db import Database, transaction
from beastmode.db.session import current_work

log = logging.getLogger("beastmode.accounts")

KEYS = "beastmode.accounts.api_keys"
"""The key in `app.extensions`."""
_ID_BYTES = 12
"""Of the ID of a key, in 16 letters: enough that no two are alike, and it need not be secret."""
_SECRET_BYTES = 32
"""Of the secret part: as many as SHA-256 has, so that its hash needs no salt and no stretching."""
_NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use is stored: a key that is used all the time costs one UPDATE a minute."""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new API key; the only time that the key itself is known.

    Attributes:
        id: Its ID, for lists and for revoking it.
        key: The key, to be sent as `X-API-Key`.
        name: What it is for.
        scopes: What it may be used for.
        created_at: When it was made.
        expires_at: When it expires; None for never.
        last_used_at: None, as it has not been used.
    """

    id: str
    key: str = field(repr=False)
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """Authenticates other programs by an API key that a user made for them.

    Args:
        header: The header with the key.
        prefix: The beginning of each key, by which people and secret scanners recognize it.
    """

    header: str = "X-API-Key"
    prefix: str = "key"

    def __post_init__(self) -> None:
        """Add the table to the metadata, in projects that use API keys.

        Raises:
            ConfigurationError: The prefix is not a word.
        """
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", self.prefix) is None:
            raise ConfigurationError(f"ApiKeys(prefix={self.prefix!r}): expected up to 20 letters and digits.")
        import_module("beastmode.accounts.api_keys.models")

    def scheme(self, app: Flask) -> SecurityScheme:
        """The scheme in an application.

        Args:
            app: The Flask application.

        Raises:
            ConfigurationError: It has no accounts.
        """
        keys = self.keys(app)
        definition = {"type": "apiKey", "in": "header", "name": self.header}
        return SecurityScheme("api_key", keys.authenticate, definition, has_scopes=True)

    def keys(self, app: Flask) -> "Keys":
        """The keys of an application, for its routes and for code.

        Args:
            app: The Flask application.

        Raises:
            ConfigurationError: It has no accounts.
        """
        desk: Desk | None = app.extensions.get(DESK)
        if desk is None:
            raise ConfigurationError("ApiKeys() are made by users; pass accounts= to Beastmode.")
        if KEYS not in app.extensions:
            registration = desk.registration
            app.extensions[KEYS] = Keys(registration.database, registration.user, self.prefix, self.header)
        keys: Keys = app.extensions[KEYS]
        return keys


class Keys:
    """Makes, recognizes and revokes the API keys of an application.

    Args:
        database: Where they are kept.
        user: The project's User model; the keys of inactive users are refused.
        prefix: The beginning of each key.
        header: The header with the key.
    """

    def __init__(self, database: Database, user: Any, prefix: str, header: str) -> None:
        # Not at the top: this module is imported in projects without API keys.
        self._table = table = import_module("beastmode.accounts.api_keys.models").ApiKey
        self._database = database
        self._prefix = prefix
        self._environ_key = f"HTTP_{header.upper().replace('-', '_')}"
        self._shape = re.compile(rf"{prefix}_([A-Za-z0-9_-]{{16}})_[A-Za-z0-9_-]{{43}}")
        self._found = (
            select(table.user_id, table.key_hash, table.scopes, table.expires_at, table.last_used_at)
            .join(user, user.id == table.user_id)
            .where(
                table.id == bindparam("key_id"),
                table.revoked_at.is_(None),
                user.is_active,
                # The ID of a deleted user, if it was reused, belongs to another one.
                or_(user.created_at.is_(None), user.created_at <= table.created_at),
            )
        )

    def authenticate(self, request: Request) -> Identity | None:
        """The user of the key of a request; None without a key.

        Args:
            request: The request.

        Raises:
            Problem: 401 for a key that is not genuine, was revoked, has expired, or whose user is inactive.
        """
        told: str | None = request.environ.get(self._environ_key)
        if told is None:
            return None
        # Every stack frame of the request has the environment, so a printed frame must not show the key.
        key = request.environ[self._environ_key] = SecretText(told)
        del told
        shape = self._shape.fullmatch(key)
        rows = current_work().fetch(self._found, {"key_id": shape[1]}) if shape is not None else ()
        if shape is None or not rows:
            raise _invalid_key()
        user_id, key_hash, scopes, expires_at, last_used_at = rows[0]
        moment = now()
        if not hmac.compare_digest(_hash_of(key), key_hash):
            raise _invalid_key()
        if expires_at is not None and expires_at <= moment:
            raise _invalid_key("The API key has expired")
        if last_used_at is None or moment - last_used_at >= _NOTED_EVERY:
            self._note_use(shape[1], moment)
        return Identity("account", user_id, scopes=frozenset(scopes.split()))

    def scopes(self, app: Flask) -> frozenset[str]:
        """The scopes that exist: reading, writing, and every permission.

        Args:
            app: The Flask application.
        """
        return roles_in(app).permissions | {READ, WRITE}

    def make(
        self, user_id: AccountId, name: str, scopes: Collection[str], expires_at: datetime | None = None
    ) -> MadeKey:
        """A new key of a user.

        Args:
            user_id: The user's ID.
            name: What it is for; up to 100 characters.
            scopes: "read" and "write", for routes that require no permission, and names of permissions.
            expires_at: When it expires; None for never.

        Raises:
            Problem: 422 for a scope that does not exist, or a moment that has passed.
        """
        moment = now()
        known = self.scopes(current_app)
        if not scopes or (unknown := sorted(set(scopes) - known)):
            wrong = f"Unknown scope: {', '.join(unknown)}." if scopes else "At least one scope is required."
            told = f"{wrong} Known scopes: {', '.join(sorted(known))}."
            raise Problem(422, "Validation failed", details={"scopes": [told]})
        if expires_at is not None and expires_at <= moment:
            raise Problem(422, "Validation failed", details={"expires_at": ["Must be in the future."]})
        key_id = secrets.token_urlsafe(_ID_BYTES)
        key = SecretText(f"{self._prefix}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}")
        listed = sorted(set(scopes))
        row = self._table(
            id=key_id,
            user_id=user_id,
            name=name,
            key_hash=_hash_of(key),
            scopes=" ".join(listed),
            created_at=moment,
            expires_at=expires_at,
        )
        with transaction():
            self._database.session.add(row)
            note("API key made", user_id, key=key_id, scopes=row.scopes)
        return MadeKey(key_id, key, name, listed, moment, expires_at)

    def of(self, user_id: AccountId) -> list[dict[str, Any]]:
        """The keys of a user that were not revoked, the newest first.

        Args:
            user_id: The user's ID.
        """
        table = self._table
        columns = (table.id, table.name, table.scopes, table.created_at, table.expires_at, table.last_used_at)
        mine = (table.user_id == user_id, table.revoked_at.is_(None))
        found = self._database.execute(select(*columns).where(*mine).order_by(table.created_at.desc(), table.id))
        return [_shown(row) for row in found]

    def revoke(self, key_id: str, user_id: AccountId | None = None) -> bool:
        """Revoke a key: it is refused from the next request on.

        Args:
            key_id: Its ID.
            user_id: The user it must belong to; None for any.

        Returns:
            Whether there was such a key.
        """
        table = self._table
        conditions = [table.id == key_id, table.revoked_at.is_(None)]
        if user_id is not None:
            conditions.append(table.user_id == user_id)
        with transaction():
            revoking = update(table).where(*conditions).values(revoked_at=now()).returning(table.user_id)
            revoked = self._database.execute(revoking).first()
            if revoked is not None:
                note("API key revoked", revoked.user_id, key=key_id)
            return revoked is not None

    def _note_use(self, key_id: str, moment: datetime) -> None:
        """Store that a key is used; a failure must not fail the request, which may only read."""
        table = self._table
        is_due = or_(table.last_used_at.is_(None), table.last_used_at <= moment - _NOTED_EVERY)
        statement = update(table).where(table.id == key_id, is_due).values(last_used_at=moment)
        try:
            # A separate connection: the request may be rolled back.
            with self._database.engine.begin() as connection:
                connection.execute(statement)
        except SQLAlchemyError as error:
            log.warning("The last use of API key %s was not stored: %s", key_id, type(error).__name__)


def _shown(row: Row[Any]) -> dict[str, Any]:
    shown = ("id", "name", "created_at", "expires_at", "last_used_at")
    return {name: getattr(row, name) for name in shown} | {"scopes": row.scopes.split()}


def _hash_of(key: str) -> str:
    """What is stored of a key: its SHA-256 in hex. It needs no salt, because its secret is random enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def _invalid_key(message: str = "The API key is invalid") -> Problem:
    """The response to any invalid key: 401; only for an expired one, which its owner knows, it says why."""
    challenge = f'ApiKey error="invalid_key", error_description="{message}"'
    return Problem(401, message, headers={"WWW-Authenticate": challenge})

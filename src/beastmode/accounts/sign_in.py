"""Log in, stay logged in, log out."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, update

from beastmode.accounts import passwords
from beastmode.accounts.models import Credential
from beastmode.accounts.sessions import Granted, Sessions
from beastmode.accounts.tokens import Tokens
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity
from beastmode.db import Database, transaction

__all__ = ["Grant", "SignIn"]

TRIES = 3
"""A hash that another log-in made anew while this one was compared is compared again; each is made anew once."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a client gets to prove who it is.

    Attributes:
        token: The access token, to be sent as `Authorization: Bearer ...`.
        refresh_token: Can be exchanged once for new tokens.
        expires_in: Lifetime of the access token in seconds.
        token_type: How the access token is used (RFC 6750).
    """

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = "Bearer"  # noqa: S105 - the scheme's name


@dataclass(frozen=True, slots=True)
class SignIn:
    """Signs users in and out.

    Args:
        database: Where they are kept.
        user: The project's User model.
        tokens: Issues access tokens.
        sessions: Opens, keeps and ends sessions.
    """

    database: Database
    user: Any
    tokens: Tokens
    sessions: Sessions

    def log_in(self, email: str, password: str, *, user_agent: str, address: str) -> Grant:
        """Open a session for whoever knows the password.

        Args:
            email: The address, in lower case.
            password: What the caller says the password is.
            user_agent: What the client calls itself.
            address: The client's IP address.

        Raises:
            Problem: 401, in the same words after the same work for an unknown address, a wrong password and a user
                who is not active.
        """
        for _ in range(TRIES):
            account, compared = self._recognise(email, password)
            granted = self.sessions.open(account.id, user_agent=user_agent, address=address, compared=compared)
            if granted is not None:
                return self._grant(granted)
        raise wrong_credentials()

    def refresh(self, refresh_token: str) -> Grant:
        """A new access token and the next refresh token.

        Args:
            refresh_token: What the last grant gave.

        Raises:
            Problem: 401, for whatever reason the session does not go on.
        """
        return self._grant(self.sessions.rotate(refresh_token))

    def log_out(self, identity: Identity) -> None:
        """End the session that an access token belongs to.

        Args:
            identity: Who calls.
        """
        if identity.session_id is not None:
            self.sessions.revoke(identity.session_id, identity.id)

    def _recognise(self, email: str, password: str) -> tuple[Row[Any], str]:
        """The account whose password this is, and the hash that is stored for it now."""
        account = self._find(email)
        if account is None or account.password_hash is None:
            match = passwords.match_nothing(password)
        else:
            match = passwords.match(account.password_hash, password)
        if account is None or not match.is_right or not account.is_active:
            raise wrong_credentials()
        return account, self._renew_hash(account, password) if match.is_outdated else account.password_hash

    def _find(self, email: str) -> Row[Any] | None:
        user = self.user
        statement = (
            select(user.id, user.is_active, Credential.password_hash)
            .outerjoin(Credential, Credential.user_id == user.id)
            .where(user.email == email)
        )
        found: Row[Any] | None = self.database.execute(statement).one_or_none()
        return found

    def _renew_hash(self, account: Row[Any], password: str) -> str:
        password_hash = passwords.hash_password(password)
        # Only over the hash that was compared: the password may have been changed in the meantime.
        compared = (Credential.user_id == account.id, Credential.password_hash == account.password_hash)
        with transaction():
            # The password is the same, so `changed_at` stays.
            self.database.execute(update(Credential).where(*compared).values(password_hash=password_hash))
        return password_hash

    def _grant(self, granted: Granted) -> Grant:
        token = self.tokens.issue(granted.user_id, granted.session_id)
        return Grant(token, granted.refresh_token, self.tokens.lifetime)


def wrong_credentials() -> Problem:
    """The answer to a log-in that fails, whichever half was wrong."""
    return Problem(401, "Wrong email address or password", headers={"WWW-Authenticate": "Bearer"})

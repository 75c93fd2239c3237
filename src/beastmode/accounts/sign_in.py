"""Log in, stay logged in, log out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from beastmode.accounts.grants import Grant
from beastmode.accounts.models import Credential
from beastmode.accounts.options import words_of
from beastmode.accounts.passwords import hashing
from beastmode.accounts.security_log import note, note_failed_login
from beastmode.accounts.sessions.sessions import Granted, Sessions
from beastmode.accounts.tokens.access import Tokens
from beastmode.accounts.words import current_word
from beastmode.core.caller import AccountId
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity
from beastmode.db import Database, transaction

_TRIES = 3
"""If another login replaced the hash during a comparison, it is compared again; each hash is replaced once."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Logs users in and out.

    Args:
        database: The application's database.
        user: The project's User model.
        tokens: Issues access tokens.
        sessions: Opens, keeps and ends sessions.
        log_in_with: The column that users log in with.
        roles: Returns the roles that tokens contain; None if they contain none.
    """

    database: Database
    user: Any
    tokens: Tokens
    sessions: Sessions
    log_in_with: str = "email"
    roles: Callable[[AccountId], frozenset[str]] | None = None

    def log_in(self, login: str, password: str, *, user_agent: str, address: str) -> Grant:
        """Open a session for a user who knows the password.

        Args:
            login: The address in lowercase, or the value of another column that users log in with.
            password: The password from the request.
            user_agent: The `User-Agent` header.
            address: The client's IP address.

        Raises:
            Problem: 401, with the same message after the same work for an unknown address, a wrong password and an
                inactive user.
        """
        for _ in range(_TRIES):
            account, compared = self._recognise(login, password)
            granted = self.sessions.open(account.id, user_agent=user_agent, address=address, compared=compared)
            if granted is not None:
                note("Logged in", account.id, session=granted.session_id)
                return self._grant(granted)
        raise self._wrong_credentials()

    def check(self, login: str, password: str) -> AccountId:
        """The ID of the active user with this login and password.

        Args:
            login: As for `log_in`.
            password: The password.

        Raises:
            Problem: As for `log_in`.
        """
        account_id: AccountId = self._recognise(login, password)[0].id
        return account_id

    def open(self, user_id: AccountId, *, user_agent: str, address: str) -> Grant | None:
        """The tokens of a new session for a user who was authenticated in another way; None for an inactive one.

        Args:
            user_id: The user's ID.
            user_agent: The `User-Agent` header.
            address: The client's IP address.
        """
        granted = self.sessions.open(user_id, user_agent=user_agent, address=address)
        if granted is None:
            return None
        note("Logged in by code", user_id, session=granted.session_id)
        return self._grant(granted)

    def normal(self, login: str) -> str:
        """A login as it is stored: email addresses in lowercase.

        Args:
            login: The login from a request.
        """
        return login.lower() if self.log_in_with == "email" else login

    def refresh(self, refresh_token: str) -> Grant:
        """A new access token and the next refresh token.

        Args:
            refresh_token: The one from the previous response.

        Raises:
            Problem: 401, for every reason why the session does not continue.
        """
        return self._grant(self.sessions.rotate(refresh_token))

    def log_out(self, identity: Identity) -> None:
        """End the session that an access token belongs to.

        Args:
            identity: The caller.
        """
        if identity.session_id is not None:
            self.sessions.revoke(identity.session_id, identity.id)
            note("Logged out", identity.id, session=identity.session_id)

    def _recognise(self, login: str, password: str) -> tuple[Row[Any], str]:
        """The account with this password, and the hash that is now stored for it."""
        account = self._find(login)
        if account is None or account.password_hash is None:
            match = hashing.match_nothing(password)
        else:
            match = hashing.match(account.password_hash, password)
        if account is None:
            note_failed_login(None, "no such user")
            raise self._wrong_credentials()
        if not match.is_right or not account.is_active:
            note_failed_login(account.id, "inactive user" if match.is_right else "wrong password")
            raise self._wrong_credentials()
        return account, self._renew_hash(account, password) if match.is_outdated else account.password_hash

    def _find(self, login: str) -> Row[Any] | None:
        user = self.user
        statement = (
            select(user.id, user.is_active, Credential.password_hash)
            .outerjoin(Credential, Credential.user_id == user.id)
            .where(getattr(user, self.log_in_with) == login)
        )
        account: Row[Any] | None = self.database.execute(statement).one_or_none()
        return account

    def _renew_hash(self, account: Row[Any], password: str) -> str:
        password_hash = hashing.hash_password(password)
        # Replace only the hash that was compared: the password may have been changed in the meantime.
        compared = (Credential.user_id == account.id, Credential.password_hash == account.password_hash)
        with transaction():
            # The password is the same, so `changed_at` stays.
            self.database.execute(update(Credential).where(*compared).values(password_hash=password_hash))
        return password_hash

    def _grant(self, granted: Granted) -> Grant:
        roles = None if self.roles is None else self.roles(granted.user_id)
        token = self.tokens.issue(granted.user_id, granted.session_id, signed_in_at=granted.opened_at, roles=roles)
        return Grant(
            token, granted.refresh_token, self.tokens.lifetime, current_word(), granted.user_id, granted.session_id
        )

    def _wrong_credentials(self) -> Problem:
        """The response to a failed login, whatever was wrong."""
        return Problem(
            401, f"Wrong {words_of(self.log_in_with)} or password", headers={"WWW-Authenticate": current_word()}
        )

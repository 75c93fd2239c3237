"""Changing a password by those who know the current one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from beastmode.accounts.emails.addresses import LONGEST, name_from
from beastmode.accounts.emails.notices import Notices
from beastmode.accounts.models import Credential
from beastmode.accounts.passwords import hashing
from beastmode.accounts.registration import Registration
from beastmode.accounts.security_log import note
from beastmode.accounts.tokens.access import invalid_token
from beastmode.core.caller import Identity
from beastmode.core.errors import Problem
from beastmode.db import Database, transaction


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Checks the password of a logged-in user, and changes it.

    Args:
        database: The application's database.
        user: The project's User model.
        registration: Sets passwords.
        notices: Tells users what happened to their account.
    """

    database: Database
    user: Any
    registration: Registration
    notices: Notices

    def account_of(self, caller: Identity) -> Row[Any]:
        """The active user of a request, with the address, the login and the password hash.

        Args:
            caller: Who makes the request.

        Raises:
            Problem: 401 if the user has been deleted or deactivated.
        """
        user = self.user
        login = getattr(user, self.registration.log_in_with)
        statement = (
            select(user.id, user.email, login.label("login"), Credential.password_hash)
            .outerjoin(Credential, Credential.user_id == user.id)
            .where(user.id == caller.id, user.is_active)
        )
        account: Row[Any] | None = self.database.execute(statement).one_or_none()
        if account is None:
            raise invalid_token()
        return account

    def confirm(self, account: Row[Any], password: str, field: str) -> None:
        """Do nothing if this is the password of a user.

        Args:
            account: From `account_of`.
            password: The password from the request.
            field: Its field in the request.

        Raises:
            Problem: 422 if it is another password, or if the user has none.
        """
        stored = account.password_hash
        match = hashing.match_nothing(password) if stored is None else hashing.match(stored, password)
        if not match.is_right:
            raise _not_the_password(field)

    def change(self, caller: Identity, account: Row[Any], current: str, new: str) -> None:
        """Set a new password, and end all other sessions of the user.

        Args:
            caller: Who makes the request; their session continues.
            account: From `account_of`.
            current: The current password.
            new: The new password.

        Raises:
            Problem: 422 if the current password is another one, or if the new one is not valid.
        """
        self.confirm(account, current, "current_password")
        about = (account.email, name_from(account.email, LONGEST))
        password_hash = self.registration.hash_new(new, about, field="new_password")
        with transaction():
            if not self.registration.store_hash(
                account.id, password_hash, instead_of=account.password_hash, keeping=caller.session_id
            ):
                raise _not_the_password("current_password")  # another request has changed it in the meantime
            self.notices.tell("password_changed", account.email)
            note("Password changed", account.id)


def _not_the_password(field: str) -> Problem:
    """The response to a wrong password of a logged-in user; not 401, after which clients would log in again."""
    return Problem(422, "Validation failed", details={field: ["This is not your current password."]})

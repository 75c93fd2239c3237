"""Password resets by an emailed link."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from flask import current_app
from sqlalchemy import Row, func, select
from sqlalchemy.exc import DataError

from beastmode.accounts.emails.addresses import LONGEST, name_from
from beastmode.accounts.emails.verification import Verification, invalid_link
from beastmode.accounts.models import Credential
from beastmode.accounts.registration import Registration
from beastmode.accounts.security_log import note
from beastmode.accounts.tokens.reset import ResetTokens
from beastmode.core.background import Task, in_background
from beastmode.core.mailing import mailer_of
from beastmode.db import Database, transaction


@dataclass(frozen=True, slots=True)
class Resets:
    """Sends reset links by email, and sets new passwords.

    Args:
        database: The application's database.
        user: The project's User model.
        tokens: Issues and verifies reset tokens.
        registration: Sets passwords.
        verification: Notes that whoever opens a link owns the address.
        url: The URL of the frontend page, containing `{token}`; "" if there is none.
        read_id: Parses an ID from a string.
        task: Calls `send_link` outside the request.
    """

    database: Database
    user: Any
    tokens: ResetTokens = field(repr=False)
    registration: Registration
    verification: Verification
    url: str
    read_id: Any
    task: Task

    def request(self, email: str) -> None:
        """Enqueue a reset email. The request does the same work whether or not an account has this address.

        Args:
            email: The address, in lowercase.
        """
        in_background(self.task, email=email)

    def send_link(self, email: str) -> None:
        """Email a link to the active user with this address; does nothing if there is none.

        Args:
            email: The address, in lowercase.
        """
        account = self._find(self.user.email == email)
        send = mailer_of(current_app)
        if account is None or send is None:
            return
        token = self.tokens.issue(account.id, _state_of(account))
        send(
            "reset_password",
            to=account.email,
            token=token,
            link=self.url.replace("{token}", quote(token)) if self.url else "",
            minutes=int(self.tokens.lifetime.total_seconds() // 60),
        )

    def confirm(self, token: str, password: str) -> None:
        """Set a new password, and end all sessions of the user.

        Args:
            token: The token from the email.
            password: The new password.

        Raises:
            Problem: 400 for an invalid, expired or used token; 422 for an invalid password.
        """
        account = self._claimant(token)
        if account is None or not self.tokens.proves(token, account.id, _state_of(account)):
            raise invalid_link()
        password_hash = self.registration.hash_new(password, (account.email, name_from(account.email, LONGEST)))
        with transaction():
            if not self.registration.store_hash(account.id, password_hash, instead_of=account.password_hash):
                raise invalid_link()  # another request has used it in the meantime
            self.verification.note_proof(account.id, account.email)
            self.verification.notices.tell("password_changed", account.email)
            note("Password reset", account.id)

    def _claimant(self, token: str) -> Row[Any] | None:
        """The user that a token claims to be for; the claim is not verified yet."""
        claimed = self.tokens.user_id_in(token)
        try:
            return None if claimed is None else self._find(self.user.id == self.read_id(claimed))
        except (ValueError, OverflowError, DataError):
            return None  # no ID, or one that the column could not have

    def _find(self, condition: Any) -> Row[Any] | None:
        """An active user with their password hash, "" for one without a password, who may choose one."""
        user = self.user
        stored = func.coalesce(Credential.password_hash, "").label("password_hash")
        statement = select(user.id, user.email, stored).outerjoin(Credential, Credential.user_id == user.id)
        found: Row[Any] | None = self.database.execute(statement.where(condition, user.is_active)).one_or_none()
        return found


def _state_of(account: Row[Any]) -> str:
    """What a link is bound to: it ends when the password or the email address changes."""
    return f"{account.email}\0{account.password_hash}"

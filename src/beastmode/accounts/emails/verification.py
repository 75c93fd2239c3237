"""Email addresses that are proved by a link: that of a new user, and the one that a user changes to."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import current_app
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.exc import IntegrityError

from beastmode.accounts.emails.notices import Notices
from beastmode.accounts.models import VerifiedEmail
from beastmode.accounts.security_log import note
from beastmode.accounts.tokens.email import EmailTokens
from beastmode.core.background import Task, in_background
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.mailing import mailer_of
from beastmode.db import Database, transaction
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work


@dataclass(frozen=True, slots=True)
class Verification:
    """Sends links that prove an email address, and accepts them.

    Args:
        database: The application's database.
        user: The project's User model.
        tokens: Issues and redeems tokens.
        notices: Tells users what happened to their account.
        url: The URL of the frontend page, containing `{token}`; "" if there is none.
        send: The task that calls `send_link`.
        welcome: The task that calls `send_welcome`.
        greets: Whether new users are sent a link.
    """

    database: Database
    user: Any
    tokens: EmailTokens
    notices: Notices
    url: str
    send: Task
    welcome: Task
    greets: bool

    def begin(self, account: Any) -> None:
        """Have a link sent to a new user, in the transaction that creates them.

        Args:
            account: The new user.
        """
        if self.greets:
            self._ask(account.id, account.email)

    def begin_quietly(self, email: str) -> None:
        """Have an email sent to whoever has registered with an address, now or before: the work is the same.

        Args:
            email: The address.
        """
        if self.greets:
            in_background(self.welcome, email=email)

    def repeat(self, user_id: AccountId, email: str) -> bool:
        """Have another link sent, to the address that the user has to prove; False if there is none.

        Args:
            user_id: The user.
            email: Their current address.
        """
        with transaction():
            awaited = self.tokens.awaited(user_id)
            if awaited is None and self.database.execute(select(self.is_verified(user_id))).scalar():
                return False
            self._ask(user_id, awaited or email)
        return True

    def change(self, user_id: AccountId, email: str, new: str) -> None:
        """Have a link sent to the address that a user wants to change to, and tell the current one.

        The work is the same whether or not another user has that address.

        Args:
            user_id: The user.
            email: Their current address.
            new: The address to change to.
        """
        with transaction():
            self._ask(user_id, new)
            if new != email:
                self.notices.tell("email_change_requested", email, new_email=new)

    def confirm(self, token: str) -> None:
        """Record that an address is proved; if it is a new one, it becomes the user's.

        Args:
            token: The token from the email.

        Raises:
            Problem: 400 for an invalid, expired or used token, and if another user has the address by now.
        """
        try:
            with transaction() as session:
                proved = self.tokens.redeem(token)
                account = None if proved is None else session.get(self.user, proved.user_id)
                if proved is None or account is None:
                    raise invalid_link()
                before = account.email
                if proved.email != before:
                    account.email = proved.email
                    session.flush()
                    self.notices.tell("email_changed", before, new_email=proved.email)
                    note("Email address changed", proved.user_id)
                self.note_proof(proved.user_id, proved.email)
        except IntegrityError:
            raise invalid_link() from None

    def note_proof(self, user_id: AccountId, email: str) -> None:
        """Record that a user has proved an address, in the current transaction.

        Args:
            user_id: The user.
            email: The address.
        """
        values = {"email": email, "verified_at": now()}
        statement = INSERTS[current_work().dialect.name](VerifiedEmail).values(user_id=user_id, **values)
        self.database.execute(statement.on_conflict_do_update(index_elements=[VerifiedEmail.user_id], set_=values))

    def is_verified(self, user_id: Any) -> ColumnElement[bool]:
        """Whether a user has proved the address that they have now, as SQL.

        Args:
            user_id: The user's ID, or an expression.
        """
        user = self.user
        proved = (VerifiedEmail.user_id == user.id, VerifiedEmail.email == user.email, user.id == user_id)
        return exists().where(*proved)

    def send_link(self, user_id: AccountId) -> None:
        """Email a link to the address that a user has to prove; called by a job.

        Args:
            user_id: The user.
        """
        user, send = self.user, mailer_of(current_app)
        with transaction():
            email = self.tokens.awaited(user_id)
            account = self.database.execute(
                select(user.id, user.email).where(user.id == user_id, user.is_active)
            ).first()
            if send is None or email is None or account is None:
                return
            if email != account.email and self._is_taken(email):
                send("email_in_use", to=email)
                return
            token = self.tokens.issue(user_id, email)
            if token is not None:
                template = "verify_email" if email == account.email else "change_email"
                send(template, to=email, token=token, link=self._link(token), hours=self._hours)

    def send_welcome(self, email: str) -> None:
        """Email a link to a new user, or to a registered one that somebody tried to register their address.

        Args:
            email: The address that was registered with.
        """
        user, send = self.user, mailer_of(current_app)
        account = self.database.execute(select(user.id).where(user.email == email, user.is_active)).first()
        if account is None or send is None:
            return
        awaited = self.tokens.awaited(account.id)
        is_new = not self.database.execute(select(self.is_verified(account.id))).scalar()
        if not is_new or awaited not in {None, email}:
            send("already_registered", to=email)
            return
        with transaction():
            self.tokens.await_proof(account.id, email)
            self.send_link(account.id)

    def _ask(self, user_id: AccountId, email: str) -> None:
        self.tokens.await_proof(user_id, email)
        in_background(self.send, user_id=str(user_id))

    def _is_taken(self, email: str) -> bool:
        return self.database.execute(select(self.user.id).where(self.user.email == email)).first() is not None

    def _link(self, token: str) -> str:
        return self.url.replace("{token}", quote(token)) if self.url else ""

    @property
    def _hours(self) -> int:
        return int(self.tokens.lifetime.total_seconds() // 3600)


def invalid_link() -> Problem:
    """The response to any invalid token; it does not reveal what is wrong."""
    return Problem(400, "This link is no longer valid. Request a new one.")

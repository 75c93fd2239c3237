"""Deleting an account: some days after its user asked for it, by a job, unless they change their mind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, delete, select

from beastmode.accounts.emails.notices import Notices
from beastmode.accounts.models import AccountDeletion
from beastmode.accounts.sessions.seen import forget_seen_sessions
from beastmode.core.background import Task, in_background_at
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.events import after_commit
from beastmode.db import Database, transaction
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work

_SKEW = timedelta(minutes=1)
"""The database dates an account, and this machine a request: their clocks differ by seconds at most."""


@dataclass(frozen=True, slots=True)
class Deletions:
    """Deletes accounts at the request of their users.

    Args:
        database: The application's database.
        user: The project's User model.
        notices: Tells users what happens to their account.
        delay: How long they can change their mind.
        before: The project's functions, which delete or detach what belongs to a user.
        task: Calls `carry_out`.
    """

    database: Database
    user: Any
    notices: Notices
    delay: timedelta
    before: Sequence[Callable[[Any], object]]
    task: Task

    def ask(self, user_id: AccountId, email: str) -> datetime:
        """When an account will be deleted; asked again, it is the same time.

        Args:
            user_id: The user.
            email: Their address.
        """
        moment = now()
        due_at = moment + self.delay
        with transaction():
            statement = INSERTS[current_work().dialect.name](AccountDeletion).values(
                user_id=user_id, requested_at=moment, due_at=due_at
            )
            inserted = self.database.execute(statement.on_conflict_do_nothing().returning(AccountDeletion.user_id))
            if inserted.first() is None:
                known: datetime = self.database.execute(select(self.due_at(user_id))).scalar_one()
                return known
            in_background_at(self.task, due_at, user_id=str(user_id))
            self.notices.tell("account_deletion", email, date=due_at.strftime("%d %B %Y"))
        return due_at

    def cancel(self, user_id: AccountId) -> None:
        """Keep an account after all.

        Args:
            user_id: The user.
        """
        with transaction():
            self.database.execute(delete(AccountDeletion).where(AccountDeletion.user_id == user_id))

    def due_at(self, user_id: Any) -> ScalarSelect[Any]:
        """When an account will be deleted, as SQL; NULL if its user did not ask for it.

        Args:
            user_id: The user's ID, or an expression.
        """
        return select(AccountDeletion.due_at).where(AccountDeletion.user_id == user_id).scalar_subquery()

    def carry_out(self, user_id: AccountId) -> None:
        """Delete an account if it is time, with everything that the project deletes before; called by a job.

        Args:
            user_id: The user.

        Raises:
            IntegrityError: Something still refers to the user; the project must delete or detach it before.
        """
        with transaction() as session:
            is_due = (AccountDeletion.user_id == user_id, AccountDeletion.due_at <= now())
            asked = session.execute(
                delete(AccountDeletion).where(*is_due).returning(AccountDeletion.requested_at)
            ).first()
            account = None if asked is None else session.get(self.user, user_id)
            # Another user may have the ID, if rows were deleted without foreign keys.
            if asked is None or account is None or (account.created_at or asked[0]) > asked[0] + _SKEW:
                return
            email = account.email
            for function in self.before:
                function(user_id)
            session.delete(account)
            session.flush()
            self.notices.tell("account_deleted", email)
            after_commit(forget_seen_sessions)

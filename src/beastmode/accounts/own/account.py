"""A user's own account: read, change, export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from beastmode.accounts.emails.verification import Verification
from beastmode.accounts.own.deletions import Deletions
from beastmode.accounts.sessions.session_list import SessionList
from beastmode.accounts.tokens.access import invalid_token
from beastmode.core.caller import AccountId, Identity
from beastmode.db import Database, transaction
from beastmode.query import Dumped


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Reads and changes the account of the caller.

    Args:
        database: The application's database.
        user: The project's User model.
        session_list: Lists the sessions of a user.
        verification: Proves email addresses; None without mail.
        deletions: Deletes accounts; None without jobs.
        exports: The project's parts of an export, by name.
    """

    database: Database
    user: Any
    session_list: SessionList
    verification: Verification | None
    deletions: Deletions | None
    exports: Mapping[str, Callable[[Any], Any]]

    def of(self, user_id: AccountId) -> Row[Any]:
        """The account of a user, in one statement.

        Args:
            user_id: The user.

        Raises:
            Problem: 401 if they have been deleted or deactivated since the session was checked.
        """
        user = self.user
        shown = [user.id, user.email, user.is_active, user.created_at]
        if "name" in user.__table__.columns:
            shown.append(user.name)
        if self.verification is not None:
            shown.append(self.verification.is_verified(user_id).label("email_verified"))
        if self.deletions is not None:
            shown.append(self.deletions.due_at(user_id).label("deletes_at"))
        statement = select(*shown).where(user.id == user_id, user.is_active)
        account: Row[Any] | None = self.database.execute(statement).one_or_none()
        if account is None:
            raise invalid_token()
        return account

    def change(self, user_id: AccountId, changes: Mapping[str, Any]) -> Row[Any]:
        """The account of a user after a change.

        Args:
            user_id: The user.
            changes: The new `name`; `deletes_at` to keep the account after all.

        Raises:
            Problem: 401 as for `of`.
        """
        with transaction() as session:
            if "name" in changes:
                account = session.get(self.user, user_id)
                if account is None:
                    raise invalid_token()
                account.name = changes["name"]
                session.flush()
            if "deletes_at" in changes and self.deletions is not None:
                self.deletions.cancel(user_id)
            return self.of(user_id)

    def export(self, caller: Identity, show_account: Callable[[Any], Any], show_session: Callable[[Any], Any]) -> Any:
        """Everything that is stored about a user: the account, its sessions, and what the project adds.

        Args:
            caller: The user.
            show_account: Serializes an account.
            show_session: Serializes a session.

        Raises:
            Problem: 401 as for `of`.
        """
        parts = {name: _plain(function(caller.id)) for name, function in self.exports.items()}
        sessions = [show_session(each) for each in self.session_list.of(caller)]
        return {"account": show_account(self.of(caller.id)), "sessions": sessions, **parts}


def _plain(value: Any) -> Any:
    """What a function of the project returned, as plain values: a loading's result serializes itself."""
    return value.data if isinstance(value, Dumped) else value

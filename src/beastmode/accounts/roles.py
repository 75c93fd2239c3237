"""The roles of users, in a table."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from beastmode.accounts.models import AccountRole
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.core.permissions import Roles, forget_roles
from beastmode.db import Database, transaction
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work

_HELD = select(AccountRole.role).where(AccountRole.user_id == bindparam("user_id"))


@dataclass(frozen=True, slots=True)
class AccountRoles:
    """Grants and revokes the roles of users.

    Args:
        database: Where they are kept.
        definitions: The roles that the project defines.
    """

    database: Database
    definitions: Roles

    def grant(self, user_id: AccountId, role: str) -> None:
        """Give a user a role; nothing happens if they have it.

        Args:
            user_id: The user's ID.
            role: Its name.

        Raises:
            ConfigurationError: No role has this name.
            IntegrityError: The user does not exist; in a view, it becomes a 409.
        """
        self._refuse_unknown(role)
        values = {"user_id": user_id, "role": role, "granted_at": now()}
        with transaction():
            session = self.database.session
            statement = INSERTS[session.connection().dialect.name](AccountRole).values(values)
            session.execute(statement.on_conflict_do_nothing())
        forget_roles()

    def revoke(self, user_id: AccountId, role: str) -> None:
        """Take a role from a user; nothing happens if they do not have it.

        Args:
            user_id: The user's ID.
            role: Its name; it need not be defined any more.
        """
        with transaction():
            self.database.execute(delete(AccountRole).where(AccountRole.user_id == user_id, AccountRole.role == role))
        forget_roles()

    def _refuse_unknown(self, role: str) -> None:
        if role not in self.definitions.definitions:
            known = ", ".join(sorted(self.definitions.definitions))
            raise ConfigurationError(f"No role is called {role!r}; Accounts(roles=...) defines: {known}.")


def roles_held(user_id: AccountId) -> frozenset[str]:
    """The roles of a user, in the table.

    Args:
        user_id: The user's ID.
    """
    return frozenset(row[0] for row in current_work().fetch(_HELD, {"user_id": user_id}))

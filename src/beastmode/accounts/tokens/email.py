"""The tokens that prove an email address: sent to it, stored as a hash, valid once, one per user."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, or_, select, update

from beastmode.accounts.models import Credential, EmailToken
from beastmode.core.caller import AccountId
from beastmode.core.clock import now
from beastmode.core.secrets import SecretText
from beastmode.db import Database
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work


@dataclass(frozen=True, slots=True)
class EmailTokens:
    """Issues and redeems the tokens of an application.

    Args:
        database: Where they are kept.
        user: The project's User model.
        lifetime: How long a token is valid.
    """

    database: Database
    user: Any
    lifetime: timedelta

    def await_proof(self, user_id: AccountId, email: str) -> None:
        """Note which address a user has to prove, in the current transaction. Earlier tokens of the user end.

        Args:
            user_id: The user.
            email: The address.
        """
        moment = now()
        values = {"email": email, "token_hash": None, "created_at": moment, "expires_at": moment + self.lifetime}
        statement = INSERTS[current_work().dialect.name](EmailToken).values(user_id=user_id, **values)
        self.database.execute(statement.on_conflict_do_update(index_elements=[EmailToken.user_id], set_=values))

    def awaited(self, user_id: AccountId) -> str | None:
        """The address that a user has to prove; None if there is none.

        Args:
            user_id: The user.
        """
        statement = select(EmailToken.email).where(EmailToken.user_id == user_id, EmailToken.expires_at > now())
        found: str | None = self.database.execute(statement).scalar()
        return found

    def issue(self, user_id: AccountId, email: str) -> str | None:
        """A new token for the address that a user has to prove; None if it is another address by now.

        Args:
            user_id: The user.
            email: The address that the token is sent to.
        """
        token = SecretText(secrets.token_urlsafe(32))
        awaited = (EmailToken.user_id == user_id, EmailToken.email == email, EmailToken.expires_at > now())
        statement = update(EmailToken).where(*awaited).values(token_hash=_hash(token)).returning(EmailToken.user_id)
        return None if self.database.execute(statement).first() is None else token

    def redeem(self, token: str) -> Row[Any] | None:
        """The user and the address that a token proves, which is used up; None if it is not valid.

        A token for another address than the user's own ends when the password changes: whoever has taken over an
        account must not keep it by an address that is still to be proved.

        Args:
            token: From the request.
        """
        statement = delete(EmailToken).where(EmailToken.token_hash == _hash(token), EmailToken.expires_at > now())
        returned = statement.returning(EmailToken.user_id, EmailToken.email, EmailToken.created_at)
        used = self.database.execute(returned).one_or_none()
        if used is None or not self._holds(used.user_id, used.email, used.created_at):
            return None
        found: Row[Any] = used
        return found

    def _holds(self, user_id: AccountId, email: str, created_at: datetime) -> bool:
        """Whether the user is the active one of that moment, with the password of that moment if it matters."""
        user = self.user
        statement = (
            select(user.id)
            .outerjoin(Credential, Credential.user_id == user.id)
            .where(
                user.id == user_id,
                user.is_active,
                # Another user may have the ID, if rows were deleted without foreign keys.
                or_(user.created_at.is_(None), user.created_at <= created_at),
                or_(user.email == email, Credential.changed_at.is_(None), Credential.changed_at <= created_at),
            )
        )
        return self.database.execute(statement).first() is not None


def _hash(token: str) -> str:
    """What is stored of a token. It needs no salt, because the token is random enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

"""When a session holds, said in SQL once for all who ask."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, and_, exists, not_, or_, select, update

from beastmode.accounts.models import Credential, Session

__all__ = ["NO_LIMIT", "end_of_the_inactive", "has_owner", "is_open"]

NO_LIMIT = timedelta(days=36_500)
"""How long a session lasts at most where no setting bounds it: a hundred years, which any date can be moved by."""


def is_open(moment: ColumnElement[datetime] | datetime, oldest: ColumnElement[datetime] | datetime) -> tuple[Any, ...]:
    """What must be true of a session's own row.

    Args:
        moment: The current moment.
        oldest: A session that was opened then or before is over, however often it was refreshed.
    """
    return (Session.revoked_at.is_(None), Session.expires_at > moment, Session.created_at > oldest)


def has_owner(user: Any) -> ColumnElement[bool]:
    """Whether the account that opened a session still stands behind it.

    It is there, it is active, it is no younger than the session, or the id would be another account's by now, and its
    password was not changed since. The last is also said by revoking the sessions; a transaction of a snapshot cannot
    see those that were opened after it began.

    Args:
        user: The project's User model.
    """
    not_younger = or_(user.created_at.is_(None), user.created_at <= Session.created_at)
    changed = exists().where(Credential.user_id == Session.user_id, Credential.changed_at > Session.created_at)
    return and_(exists().where(user.id == Session.user_id, user.is_active, not_younger), not_(changed))


def end_of_the_inactive(users: Table, moment: datetime, user_id: object = None) -> Update:
    """A statement that ends the sessions of users who are not active.

    Args:
        users: The table of accounts.
        moment: The current moment.
        user_id: Whose; None for everybody's.
    """
    inactive = select(users.c.id).where(not_(users.c.is_active))
    if user_id is not None:
        inactive = inactive.where(users.c.id == user_id)
    return update(Session).where(Session.revoked_at.is_(None), Session.user_id.in_(inactive)).values(revoked_at=moment)

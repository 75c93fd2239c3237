"""The conditions under which a session is valid, as SQL, in one place."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, and_, exists, not_, or_, select, update

from beastmode.accounts.models import Credential, Session

NO_LIMIT = timedelta(days=36_500)
"""The maximum lifetime of a session if no setting limits it: a hundred years, which can be added to any date."""


def is_open(moment: ColumnElement[datetime] | datetime, oldest: ColumnElement[datetime] | datetime) -> tuple[Any, ...]:
    """The conditions on the row of the session itself.

    Args:
        moment: The current moment.
        oldest: A session that was opened at this time or earlier has expired, however often it was refreshed.
    """
    return (Session.revoked_at.is_(None), Session.expires_at > moment, Session.created_at > oldest)


def has_owner(user: Any) -> ColumnElement[bool]:
    """Whether the account that opened a session still owns it.

    It exists and is active. It is not younger than the session, because the ID would then belong to another account.
    Its password has not changed since. A new password also revokes the sessions, but a snapshot transaction cannot see
    those that were opened after it began.

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
        user_id: The user's ID; None for all users.
    """
    inactive = select(users.c.id).where(not_(users.c.is_active))
    if user_id is not None:
        inactive = inactive.where(users.c.id == user_id)
    return update(Session).where(Session.revoked_at.is_(None), Session.user_id.in_(inactive)).values(revoked_at=moment)

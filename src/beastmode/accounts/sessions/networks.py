"""The networks that an account has logged in from."""

from typing import Any

from sqlalchemy import select

from beastmode.accounts.models import Session
from beastmode.core.addresses import network_of
from beastmode.db import Database

_LATEST = 200
"""How many of an account's sessions are looked at, the latest first: the question must cost the same for everyone."""


def has_logged_in(database: Database, user: Any, column: Any, login: str, network: str) -> bool:
    """Whether the account of a login has logged in from a network before.

    Args:
        database: Where the sessions are.
        user: The project's User model.
        column: The column that users log in with.
        login: The email address in lowercase, or the value of another column.
        network: The network, as `network_of` names it.
    """
    statement = (
        select(Session.address)
        .join(user, user.id == Session.user_id)
        .where(column == login)
        .order_by(Session.created_at.desc())
        .limit(_LATEST)
    )
    with database.reader.connect() as connection:
        return any(network_of(address) == network for address in connection.scalars(statement))

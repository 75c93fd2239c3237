"""The time of rows: the database's, because the clocks of two machines differ."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, extract, func

from beastmode.core.clock import is_system_clock, now
from beastmode.db.session import current_work

SERVER_NOW = func.statement_timestamp(type_=DateTime(timezone=True))
"""Not `now()`, which is when the transaction began, and not `clock_timestamp()`, which no index can be searched for."""


def moment() -> Any:
    """The current time, as an expression for a statement or as a datetime.

    It is that of the PostgreSQL server, so that machines whose clocks differ agree on when a lease expires and a job is
    due. Processes that share a SQLite file share a clock. A clock that a test has set counts on both.
    """
    return SERVER_NOW if has_own_clock() else now()


def seconds_until(due: Any) -> Any:
    """How long it is until a time in a column, as an expression for a query in PostgreSQL; see `seconds_left`.

    Args:
        due: The column.
    """
    return extract("epoch", due - SERVER_NOW) if has_own_clock() else due


def seconds_left(found: Any) -> float:
    """What a query for `seconds_until` has found, in seconds.

    Args:
        found: A number of seconds, or the time itself.
    """
    return (found - now()).total_seconds() if isinstance(found, datetime) else float(found)


def has_own_clock() -> bool:
    """Whether the database is a server, whose clock counts."""
    return current_work().dialect.name == "postgresql" and is_system_clock()

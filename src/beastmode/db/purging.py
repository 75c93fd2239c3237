"""Expired rows: deleted from time to time, a few at a time, as part of a request."""

from typing import Any

from sqlalchemy import ColumnElement, Delete, delete, select
from sqlalchemy.orm import InstrumentedAttribute

PURGE_EVERY = 100
"""The number of new rows in a process after which expired ones are deleted."""
_AT_ONCE = 1000


def delete_some(key: InstrumentedAttribute[Any], is_over: ColumnElement[bool]) -> Delete:
    """A statement that deletes expired rows, at most 1000, so that no request waits long for it.

    Args:
        key: The primary key of their model.
        is_over: The condition for expired rows.
    """
    # SKIP LOCKED: two processes that purge at the same time must not wait for each other, or lock in two orders.
    doomed = select(key).where(is_over).limit(_AT_ONCE).with_for_update(skip_locked=True)
    return delete(key.class_).where(key.in_(doomed.scalar_subquery()))

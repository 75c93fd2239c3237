"""Rows of sign-in that are over: deleted now and then, some at a time, by whichever request comes along."""

from typing import Any

from sqlalchemy import ColumnElement, Delete, delete, select
from sqlalchemy.orm import InstrumentedAttribute

__all__ = ["PURGE_EVERY", "delete_some"]

PURGE_EVERY = 100
"""After so many new rows of a process, old ones are looked for."""
AT_ONCE = 1000


def delete_some(key: InstrumentedAttribute[Any], is_over: ColumnElement[bool]) -> Delete:
    """A statement that deletes rows that are over, at most 1000, so that no request waits long for it.

    Args:
        key: The primary key of their model.
        is_over: What is true of them.
    """
    # SKIP LOCKED: two processes that purge at once must not wait for each other, or lock in two orders.
    doomed = select(key).where(is_over).limit(AT_ONCE).with_for_update(skip_locked=True)
    return delete(key.class_).where(key.in_(doomed.scalar_subquery()))

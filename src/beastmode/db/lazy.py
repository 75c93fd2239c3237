"""Finds the N+1 query where it is made: an attribute that is loaded while an answer is being written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, sessionmaker

from beastmode.core.errors import LazyLoadError
from beastmode.db.session import RoutedSession

__all__ = ["refuse_lazy_loads", "serialising"]

schema_in_use: ContextVar[str | None] = ContextVar("beastmode.serialising", default=None)


@contextmanager
def serialising(schema_name: str) -> Iterator[None]:
    """While this is open, in development and testing, an attribute that would be loaded now is refused.

    Args:
        schema_name: The schema that writes the answer, for the message.

    Raises:
        LazyLoadError: A relation or a column was not loaded by the query.
    """
    token = schema_in_use.set(schema_name)
    try:
        yield
    finally:
        schema_in_use.reset(token)


def refuse_lazy_loads(sessions: sessionmaker[RoutedSession]) -> None:
    """Have these sessions refuse to load an attribute while an answer is being written.

    Args:
        sessions: What makes the sessions of one application.
    """
    event.listen(sessions, "do_orm_execute", refuse)


def refuse(state: ORMExecuteState) -> None:
    """Refuse a lazy load while an answer is being written.

    Raises:
        LazyLoadError: This is one.
    """
    schema = schema_in_use.get()
    if schema is None or not (state.is_relationship_load or state.is_column_load):
        return
    raise LazyLoadError(f"{schema} wants {state}")

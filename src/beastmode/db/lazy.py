"""Detects N+1 queries: attributes that are loaded while a response is being serialized."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, sessionmaker

from beastmode.core.errors import LazyLoadError
from beastmode.db.private_sqlalchemy import columns_read_by, entity_read_by


@dataclass
class _Serialization:
    """A response that is being serialized.

    Attributes:
        schema_name: The name of the schema.
        most: The maximum number of items of a nested list in it; None for no limit.
        refreshed: Whether an expired entity was read again for it.
    """

    schema_name: str
    most: int | None = None
    refreshed: bool = False


_current_serialization: ContextVar[_Serialization | None] = ContextVar("beastmode.serialization", default=None)


@contextmanager
def serialising(schema_name: str, most: int | None = None) -> Iterator[None]:
    """While this is open, in development and testing, loading an attribute that the query did not load is refused.

    One entity may be refreshed, because a view may return an entity that a transaction has changed.

    Args:
        schema_name: The name of the schema, for the message.
        most: The maximum number of items of a nested list in it.

    Raises:
        LazyLoadError: A relationship, a deferred column, or a second entity was about to be loaded.
    """
    token = _current_serialization.set(_Serialization(schema_name, most))
    try:
        yield
    finally:
        _current_serialization.reset(token)


def longest_list() -> int | None:
    """The maximum number of items of a nested list in the current response; None for no limit."""
    serialization = _current_serialization.get()
    return None if serialization is None else serialization.most


def refuse_lazy_loads(sessions: sessionmaker[Any]) -> None:
    """Make sessions refuse to load an attribute while a response is being serialized.

    Args:
        sessions: The session factory of one application.
    """
    event.listen(sessions, "do_orm_execute", _refuse)


def _refuse(state: ORMExecuteState) -> None:
    """Refuse a lazy load while a response is being serialized.

    Raises:
        LazyLoadError: This is a lazy load.
    """
    serialization = _current_serialization.get()
    if serialization is None or not (state.is_column_load or state.lazy_loaded_from):
        return
    if state.is_column_load and _is_refresh(state) and not serialization.refreshed:
        serialization.refreshed = True
        return
    raise LazyLoadError(
        f"{serialization.schema_name} needs {_wanted(state)}, which the query did not load, so every entity would cost "
        "another query. Return a Loading, or load it with selectinload() or joinedload()."
    )


def _wanted(state: ORMExecuteState) -> str:
    """The attribute that is about to be loaded, such as "Post.author"."""
    if state.lazy_loaded_from is not None:
        path: Any = state.loader_strategy_path
        return str(path.prop) if path else state.lazy_loaded_from.class_.__name__
    return " and ".join(f"{entity_read_by(state).class_.__name__}.{name}" for name in sorted(_columns_of(state)))


def _is_refresh(state: ORMExecuteState) -> bool:
    """Whether expired columns are read again."""
    return not _columns_of(state).isdisjoint(entity_read_by(state).expired_attributes)


def _columns_of(state: ORMExecuteState) -> frozenset[str]:
    """The names of the columns that are read for one entity; all of them if SQLAlchemy names none."""
    return columns_read_by(state) or frozenset(entity_read_by(state).mapper.column_attrs.keys())

"""Finds the N+1 query where it is made: an attribute that is loaded while an answer is being written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, sessionmaker

from beastmode.core.errors import LazyLoadError

__all__ = ["longest_list", "refuse_lazy_loads", "serialising"]


@dataclass
class Serialization:
    """An answer that is being written.

    Attributes:
        schema_name: The schema that writes it.
        most: The most items of a nested list in it; None where there is no bound.
        refreshed: Whether an entity that had expired was read again for it.
    """

    schema_name: str
    most: int | None = None
    refreshed: bool = False


current_serialization: ContextVar[Serialization | None] = ContextVar("beastmode.serialization", default=None)


@contextmanager
def serialising(schema_name: str, most: int | None = None) -> Iterator[None]:
    """While this is open, in development and testing, an attribute that its query did not load is refused.

    One entity may be refreshed, since what a transaction has changed is read again by whoever returns it.

    Args:
        schema_name: The schema that writes the answer, for the message.
        most: The most items of a nested list in it.

    Raises:
        LazyLoadError: A relation, a deferred column, or a second entity was about to be loaded.
    """
    token = current_serialization.set(Serialization(schema_name, most))
    try:
        yield
    finally:
        current_serialization.reset(token)


def longest_list() -> int | None:
    """The most items of a nested list in the answer that is being written; None where none is."""
    serialization = current_serialization.get()
    return None if serialization is None else serialization.most


def refuse_lazy_loads(sessions: sessionmaker[Any]) -> None:
    """Have sessions refuse to load an attribute while an answer is being written.

    Args:
        sessions: What makes the sessions of one application.
    """
    event.listen(sessions, "do_orm_execute", refuse)


def refuse(state: ORMExecuteState) -> None:
    """Refuse a lazy load while an answer is being written.

    Raises:
        LazyLoadError: This is one.
    """
    serialization = current_serialization.get()
    if serialization is None or not (state.is_column_load or state.lazy_loaded_from):
        return
    if state.is_column_load and is_refresh(state) and not serialization.refreshed:
        serialization.refreshed = True
        return
    raise LazyLoadError(
        f"{serialization.schema_name} needs {wanted(state)}, which the query did not load, so every entity would cost "
        "another query. Return a Loading, or load it with selectinload() or joinedload()."
    )


def wanted(state: ORMExecuteState) -> str:
    """The attribute that is about to be loaded, such as "Post.author"."""
    if state.lazy_loaded_from is not None:
        path: Any = state.loader_strategy_path
        return str(path.prop) if path else state.lazy_loaded_from.class_.__name__
    return " and ".join(f"{refreshed(state).class_.__name__}.{name}" for name in sorted(columns_of(state)))


def is_refresh(state: ORMExecuteState) -> bool:
    """Whether columns are read that were loaded once and have expired."""
    return not columns_of(state).isdisjoint(refreshed(state).expired_attributes)


def refreshed(state: ORMExecuteState) -> Any:
    """The state of the entity whose columns are read."""
    return state.load_options._refresh_state  # noqa: SLF001 - SQLAlchemy has no public name for it


def columns_of(state: ORMExecuteState) -> frozenset[str]:
    """The names of the columns that are read for one entity; all of them where SQLAlchemy names none."""
    named: frozenset[str] | None = state.statement._compile_options._only_load_props  # type: ignore[union-attr]  # noqa: SLF001 - as above
    return named or frozenset(refreshed(state).mapper.column_attrs.keys())

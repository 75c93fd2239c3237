"""Whether one statement writes what a session would: nothing listens, nothing is validated, nothing cascades."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.decl_base import _declarative_constructor
from sqlalchemy.orm.interfaces import MANYTOONE
from sqlalchemy.sql import ClauseElement

from beastmode.db.session import current_work

__all__ = ["as_columns", "deletes_plainly", "inserts_plainly", "is_expression", "updates_plainly"]

SESSION_EVENTS = (
    *("before_flush", "after_flush", "after_flush_postexec", "before_commit", "after_commit"),
    *("before_attach", "after_attach", "transient_to_pending", "pending_to_persistent"),
)

HARMLESS = frozenset({"beastmode.db.routed_session", "sqlalchemy.ext.mutable", "sqlalchemy.orm.mapper"})
"""Listeners of ours, and those that SQLAlchemy itself adds for what only entities need."""


def inserts_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be inserted without making an entity of it.

    Args:
        mapper: The model's mapper.
    """
    return (
        is_one_plain_table(mapper)
        and mapper.class_manager.original_init is _declarative_constructor
        and not listens(mapper.class_manager.dispatch, ("init",))
        and not listens(mapper.dispatch, ("before_insert", "after_insert"))
        and not watches(mapper)
    )


def updates_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be updated without loading it.

    Args:
        mapper: The model's mapper.
    """
    return (
        is_one_plain_table(mapper)
        and mapper.class_.__setattr__ is vars(object)["__setattr__"]
        and not listens(mapper.dispatch, ("before_update", "after_update"))
        and not watches(mapper)
    )


def deletes_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be deleted without loading it and what the session would delete or change with it.

    Args:
        mapper: The model's mapper.
    """
    return (
        is_one_plain_table(mapper)
        and not any(cascades(relation) for relation in mapper.relationships)
        and not listens(mapper.dispatch, ("before_delete", "after_delete"))
        and not listens(session_events(), SESSION_EVENTS)
    )


def cascades(relation: RelationshipProperty[Any]) -> bool:
    """Whether a session that deletes an entity touches what this relation leads to."""
    if relation.viewonly:
        return False
    if relation.direction is MANYTOONE:
        return relation.cascade.delete
    # Without passive_deletes it loads the related rows, to delete them or to take the reference out of them.
    return not relation.passive_deletes


def is_one_plain_table(mapper: Mapper[Any]) -> bool:
    """Whether an entity is one row of one table: nothing is inherited, versioned or validated."""
    return (
        isinstance(mapper.local_table, Table)
        and mapper.polymorphic_on is None
        and not mapper.inherits
        and mapper.version_id_col is None
        and not mapper.validators
    )


def watches(mapper: Mapper[Any]) -> bool:
    """Whether something listens to the session's writes, or to the columns of a model being set."""
    return listens(session_events(), SESSION_EVENTS) or any(
        listens(getattr(mapper.class_, attribute.key).dispatch, ("set",)) for attribute in mapper.column_attrs
    )


def session_events() -> Any:
    """What listens to the current session; to the one that would be made, where there is none yet."""
    work = current_work()
    return work.installed.session_events if work.session is None else work.session.dispatch


def listens(dispatch: Any, names: Iterable[str]) -> bool:
    """Whether anything of the project listens to one of some events."""
    for name in names:
        listeners = getattr(dispatch, name)
        if listeners and not HARMLESS.issuperset(getattr(listener, "__module__", None) for listener in listeners):
            return True
    return False


def as_columns(mapper: Mapper[Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values by the keys of the table's columns; None where one is of no column.

    Args:
        mapper: The model's mapper.
        values: Values by attribute.
    """
    columns = {}
    for name, value in values.items():
        column = mapper.column_attrs[name].columns[0] if name in mapper.column_attrs else None
        if not isinstance(column, Column):
            return None
        columns[column.key] = value
    return columns


def is_expression(value: Any) -> bool:
    """Whether a value is for the database to compute."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")

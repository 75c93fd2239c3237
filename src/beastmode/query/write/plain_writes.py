"""Whether one statement writes the same as a session would: no listeners, no validators, no cascades."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.orm import Mapper, RelationshipProperty, registry
from sqlalchemy.orm.interfaces import MANYTOONE
from sqlalchemy.sql import ClauseElement

from beastmode.db.session import current_work

_CONSTRUCTOR = registry().constructor
"""Gives entities their values where no class of the project has an `__init__`; the same for every registry."""

_SESSION_EVENTS = (
    *("before_flush", "after_flush", "after_flush_postexec", "before_commit", "after_commit"),
    *("before_attach", "after_attach", "transient_to_pending", "pending_to_persistent"),
)

_HARMLESS = frozenset(
    {"beastmode.db.changes", "beastmode.db.routed_session", "sqlalchemy.ext.mutable", "sqlalchemy.orm.mapper"}
)
"""Our own listeners, and those that SQLAlchemy adds itself, which only entities need."""


def inserts_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be inserted without an entity.

    Args:
        mapper: The model's mapper.
    """
    return (
        _is_one_plain_table(mapper)
        and mapper.class_manager.original_init is _CONSTRUCTOR
        and not _listens(mapper.class_manager.dispatch, ("init",))
        and not _listens(mapper.dispatch, ("before_insert", "after_insert"))
        and not _watches(mapper)
    )


def updates_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be updated without loading it.

    Args:
        mapper: The model's mapper.
    """
    return (
        _is_one_plain_table(mapper)
        and mapper.class_.__setattr__ is vars(object)["__setattr__"]
        and not _listens(mapper.dispatch, ("before_update", "after_update"))
        and not _watches(mapper)
    )


def deletes_plainly(mapper: Mapper[Any]) -> bool:
    """Whether a row can be deleted without loading it, or rows that the session would delete or change with it.

    Args:
        mapper: The model's mapper.
    """
    return (
        _is_one_plain_table(mapper)
        and not any(_cascades(relation) for relation in mapper.relationships)
        and not _listens(mapper.dispatch, ("before_delete", "after_delete"))
        and not _listens(_session_events(), _SESSION_EVENTS)
    )


def _cascades(relation: RelationshipProperty[Any]) -> bool:
    """Whether a session that deletes an entity also changes the rows of this relationship."""
    if relation.viewonly:
        return False
    if relation.direction is MANYTOONE:
        return relation.cascade.delete
    # Without passive_deletes it loads the related rows, to delete them or to clear their foreign keys.
    return not relation.passive_deletes


def _is_one_plain_table(mapper: Mapper[Any]) -> bool:
    """Whether an entity is one row of one table, without inheritance, versioning or validators."""
    return (
        isinstance(mapper.local_table, Table)
        and mapper.polymorphic_on is None
        and not mapper.inherits
        and mapper.version_id_col is None
        and not mapper.validators
    )


def _watches(mapper: Mapper[Any]) -> bool:
    """Whether something listens to the session's writes, or to changes of a model's columns."""
    return _listens(_session_events(), _SESSION_EVENTS) or any(
        _listens(getattr(mapper.class_, attribute.key).dispatch, ("set",)) for attribute in mapper.column_attrs
    )


def _session_events() -> Any:
    """The listeners to the current session, or to the one that would be created."""
    work = current_work()
    return work.installed.session_events if work.session is None else work.session.dispatch


def _listens(dispatch: Any, names: Iterable[str]) -> bool:
    """Whether the project listens to any of these events."""
    for name in names:
        listeners = getattr(dispatch, name)
        if listeners and not _HARMLESS.issuperset(getattr(listener, "__module__", None) for listener in listeners):
            return True
    return False


def as_columns(mapper: Mapper[Any], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Values by the keys of the table's columns; None if one does not belong to a column.

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
    """Whether a value is a SQL expression."""
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")

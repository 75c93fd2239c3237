"""Access to what is private in SQLAlchemy."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ClauseElement,
    Column,
    CompoundSelect,
    Connection,
    Engine,
    MetaData,
    Select,
    Sequence,
)
from sqlalchemy.orm import ORMExecuteState, Session, strategy_options
from sqlalchemy.types import TypeEngine

__all__ = [
    "RELIES_ON",
    "LoaderOption",
    "annotations_of",
    "are_of_one_kind",
    "belongs_to_type",
    "cache_key_of",
    "columns_read_by",
    "copy_of",
    "creation_rule",
    "entity_read_by",
    "events_of",
    "has_listeners",
    "is_flushing",
    "locks_rows",
    "prints_statements",
    "raise_as_sqlalchemy",
    "renamed",
    "sequences_of",
    "tables_in",
    "types_by_database",
    "without_annotations",
]

LoaderOption: TypeAlias = strategy_options._AbstractLoad
"""What `joinedload()`, `load_only()` and similar functions return; the public `Load` is a subclass of it."""

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (strategy_options, "_AbstractLoad"),
    (Connection, "_has_events"),
    (Connection, "_echo"),
    (Connection, "_handle_dbapi_exception"),
    (Engine, "_has_events"),
    (Session, "dispatch._for_class"),
    (Session, "_flushing"),
    (ClauseElement, "_generate_cache_key"),
    (ClauseElement, "_from_objects"),
    (ClauseElement, "_deannotate"),
    (ClauseElement, "_annotations"),
    (BindParameter, "_clone"),
    (BindParameter, "_orig_key"),
    (Select, "_for_update_arg"),
    (CompoundSelect, "_for_update_arg"),
    (ORMExecuteState, "statement._compile_options._only_load_props"),
    (ORMExecuteState, "load_options._refresh_state"),
    (TypeEngine, "_variant_mapping"),
    (TypeEngine, "_type_affinity"),
    (Column, "_copy"),
    (CheckConstraint, "_create_rule"),
    (CheckConstraint, "_type_bound"),
    (MetaData, "_sequences"),
)
"""Every private name that this module uses, with its owner."""


def has_listeners(target: Connection | Engine) -> bool:
    """Whether a connection or an engine has event listeners; checking each event would take 9 us.

    Args:
        target: The connection or the engine.
    """
    return bool(target._has_events)


def prints_statements(connection: Connection) -> bool:
    """Whether a connection logs its statements; the public `echo` of the engine ignores the level of the logger.

    Args:
        connection: The connection.
    """
    return bool(connection._echo)


def raise_as_sqlalchemy(connection: Connection, error: BaseException, text: str, values: Mapping[str, Any]) -> None:
    """Raise a driver's error as SQLAlchemy does; publicly, it does so only for statements that it has sent.

    Args:
        connection: That the statement was sent on.
        error: The driver's.
        text: The statement.
        values: Its parameters.

    Raises:
        DBAPIError: Always.
    """
    connection._handle_dbapi_exception(error, text, values, None, None)


def is_flushing(session: Session) -> bool:
    """Whether a session is flushing, which no public attribute says.

    Args:
        session: The session.
    """
    return session._flushing


def events_of(kind: Any) -> Any:
    """The listeners that each new object of a class gets; creating one to see them takes twenty times as long.

    Args:
        kind: A class with events, such as a session's.
    """
    return kind.dispatch._for_class(kind)


def cache_key_of(clause: Any) -> Any:
    """The key of a statement in the cache of compiled statements, or None; publicly, only the log has it.

    Args:
        clause: A statement, or a part of one.
    """
    return clause._generate_cache_key()


def tables_in(clause: Any) -> list[Any]:
    """The tables that a clause refers to; the public way, with a `select()`, takes half a millisecond.

    Args:
        clause: A table, a column or a condition.
    """
    tables: list[Any] = clause._from_objects
    return tables


def without_annotations(clause: ClauseElement) -> ClauseElement:
    """The column of the table; the condition of a relationship has copies of it with annotations.

    Args:
        clause: The column.
    """
    return clause._deannotate()


def annotations_of(expression: Any) -> Mapping[str, Any]:
    """The ORM's annotations of an expression, such as its attribute; publicly, it has only its column.

    Args:
        expression: Any object.
    """
    annotations: Mapping[str, Any] = getattr(expression, "_annotations", {})
    return annotations


def renamed(parameter: BindParameter[Any], name: str) -> BindParameter[Any]:
    """A copy of a parameter with another name; `bindparam()` does not accept everything that a parameter can be.

    Args:
        parameter: The parameter, which is not changed.
        name: The new name.
    """
    copy: Any = parameter._clone(maintain_key=True)
    copy.key = copy._orig_key = name
    bind: BindParameter[Any] = copy
    return bind


def locks_rows(statement: Select[Any] | CompoundSelect[Any]) -> bool:
    """Whether `with_for_update()` was called on a statement, which no public attribute says.

    Args:
        statement: What gives rows.
    """
    return statement._for_update_arg is not None


def entity_read_by(state: ORMExecuteState) -> Any:
    """The state of the entity whose columns are loaded; the public `is_column_load` does not say whose.

    Args:
        state: What the session tells before it loads columns.
    """
    options: Any = state.load_options
    return options._refresh_state


def columns_read_by(state: ORMExecuteState) -> frozenset[str] | None:
    """The attributes that are loaded for one entity, None for all; only private options of the statement say which.

    Args:
        state: What the session tells before it loads columns.
    """
    statement: Any = state.statement
    names: frozenset[str] | None = statement._compile_options._only_load_props
    return names


def types_by_database(kind: TypeEngine[Any]) -> Mapping[str, TypeEngine[Any]]:
    """The types that were passed to `with_variant()`, by the name of the database; no public attribute has them.

    Args:
        kind: A column's type.
    """
    return kind._variant_mapping


def are_of_one_kind(one: TypeEngine[Any], other: TypeEngine[Any]) -> bool:
    """Whether two types are of the same kind, such as VARCHAR and TEXT; Alembic compares types the same way.

    Args:
        one: A column's type.
        other: Another's.
    """
    return one._type_affinity is other._type_affinity


def copy_of(column: Column[Any]) -> Column[Any]:
    """A copy of a column without a table; the public `copy()` is deprecated.

    Args:
        column: The column, which is not changed.
    """
    return column._copy()


def creation_rule(check: Any) -> Callable[[Any], bool] | None:
    """The function that decides, from a DDL compiler, whether a database gets a constraint; None if every one does.

    The public `ddl_if()` sets a different condition.

    Args:
        check: The constraint.
    """
    rule: Callable[[Any], bool] | None = getattr(check, "_create_rule", None)
    return rule


def belongs_to_type(check: Any) -> bool:
    """Whether a constraint was created by the type of a column, which no public attribute says.

    Args:
        check: The constraint.
    """
    return bool(getattr(check, "_type_bound", False))


def sequences_of(metadata: MetaData) -> list[Sequence]:
    """The sequences declared with `metadata=`; no public collection has those that no column uses.

    Args:
        metadata: Of the models.
    """
    return [*metadata._sequences.values()]

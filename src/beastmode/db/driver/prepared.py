"""A statement in psycopg's form, and the values that each execution computes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Column, Dialect
from sqlalchemy.sql import schema
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import ReturningDelete, ReturningInsert, ReturningUpdate
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import ARRAY, Float, Numeric, TypeDecorator, TypeEngine

from beastmode.db.private_sqlalchemy import cache_key_of
from beastmode.db.statements import Statement

Sendable: TypeAlias = Statement | ReturningInsert[Any] | ReturningUpdate[Any] | ReturningDelete[Any]
"""A statement that returns rows, whether it reads or writes."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A parameter of a statement.

    Args:
        name: Its name in the SQL.
        key: Its name for callers.
        value: Computes its value if the caller passes none; None if the caller must.
        convert: SQLAlchemy's conversion of a value for the driver; None if there is none.
    """

    name: str
    key: str
    value: Callable[[], Any] | None
    convert: Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement in the driver's form.

    Args:
        text: The SQL, which is the same for each execution.
        binds: Its parameters.
    """

    text: str
    binds: tuple[Bind, ...]

    def values(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values for one execution, computed and converted; None if one is missing or not accepted.

        Args:
            params: The values from the caller.
        """
        converted = {}
        try:
            for bind in self.binds:
                if bind.key in params:
                    value = params[bind.key]
                elif bind.name in params:
                    value = params[bind.name]
                elif bind.value is None:
                    return None
                else:
                    value = bind.value()
                converted[bind.name] = value if bind.convert is None else bind.convert(value)
        except Exception:  # noqa: BLE001 - whatever it is, SQLAlchemy meets it too, and says which statement it was
            return None
        return converted


def prepare(dialect: Dialect, statement: Sendable) -> Prepared | None:
    """A statement in the driver's form; None if its SQL may differ between executions, or needs SQLAlchemy.

    Args:
        dialect: The dialect of the database.
        statement: The statement to compile.
    """
    if (dialect.name, dialect.driver) != ("postgresql", "psycopg"):
        return None
    # If SQLAlchemy does not cache the SQL, neither may we.
    if cache_key_of(statement) is None or statement.get_execution_options():
        return None
    # Without column names: an INSERT without any uses the defaults, not a parameter for each column.
    compiled = statement.compile(dialect=dialect, column_keys=[])
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.literal_execute_params:
        return None
    if compiled.escaped_bind_names or any(_converts_out(column.type, dialect) for column in statement.exported_columns):
        return None
    defaults = _defaults_of(compiled)
    if defaults is None:
        return None
    return Prepared(
        compiled.string, tuple(_bind_of(*named, defaults, dialect) for named in compiled.bind_names.items())
    )


def _bind_of(bind: BindParameter[Any], name: str, defaults: Mapping[str, Callable[[], Any]], dialect: Dialect) -> Bind:
    """A parameter of a compiled statement."""
    convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.key in defaults:
        return Bind(name, bind.key, defaults[bind.key], convert)
    # Never its current value: a callable is evaluated on each execution.
    return Bind(name, bind.key, None if bind.required else partial(getattr, bind, "effective_value"), convert)


def _defaults_of(compiled: SQLCompiler) -> dict[str, Callable[[], Any]] | None:
    """The functions for columns with Python defaults; None if they need SQLAlchemy's own execution."""
    given = {}
    for column in [*compiled.insert_prefetch, *compiled.update_prefetch]:
        make = _maker_of(column, is_insert=compiled.isinsert) if compiled.isinsert or compiled.isupdate else None
        if make is None:
            return None
        given[column.key] = make
    return given


def _maker_of(column: Column[Any], *, is_insert: bool) -> Callable[[], Any] | None:
    """The function for the default of a column; None for a sequence, or a function that uses the other values."""
    default: Any = column.default if is_insert else column.onupdate
    if default.is_scalar:
        return lambda: default.arg
    if default.is_callable and getattr(default.arg, "__globals__", None) is vars(schema):
        # SQLAlchemy's own wrapper around a function that takes no context.
        return partial(default.arg, None)
    return None


def _converts_out(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy converts the driver's values."""
    return _is_number(kind, dialect) or kind.dialect_impl(dialect).result_processor(dialect, None) is not None


def _is_number(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether SQLAlchemy chooses the conversion by the type that the server reports with each result."""
    impl = kind.dialect_impl(dialect)
    if isinstance(impl, TypeDecorator):
        return _is_number(impl.impl_instance, dialect)
    if isinstance(impl, ARRAY):
        return _is_number(impl.item_type, dialect)
    return isinstance(impl, Numeric | Float)

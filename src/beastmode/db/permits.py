"""The permission of a request to write, checked by the statement that writes, if there is only one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Dialect, Numeric, cast, insert, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Float, TypeDecorator, TypeEngine

_NUMBERS = (Numeric, Float)
"""Types for which a cast rounds and refuses like storing the value does."""


@dataclass(frozen=True, eq=False, slots=True)
class WriteCondition:
    """A condition in the database; one object for all requests, so that statements with it are cached.

    Args:
        clause: The SQL, with unique parameter names; it must not refer to the tables of the statement around it.
    """

    clause: ColumnElement[bool]


@dataclass(frozen=True, eq=False, slots=True)
class Permit:
    """The permission of one request to write.

    Args:
        condition: The condition in the statement that writes.
        params: Values of its parameters.
        look: Checks the condition separately, before anything else writes; raises if it is not true.
        confirm: Called when a statement has written under the condition.
    """

    condition: WriteCondition
    params: Mapping[str, Any]
    look: Callable[[], None]
    confirm: Callable[[], None]


def insert_where(table: Any, values: Mapping[str, BindParameter[Any]], condition: WriteCondition, returned: Any) -> Any:
    """An INSERT of one row that inserts nothing if a condition is not true.

    Args:
        table: The table.
        values: Parameters by the key of their column, each of a type that `says_its_type`.
        condition: The condition.
        returned: The columns to return.
    """
    row = select(*(_typed(value) for value in values.values())).where(condition.clause)
    return insert(table).from_select(list(values), row).returning(*returned)


def _typed(value: BindParameter[Any]) -> ColumnElement[Any]:
    return cast(value, value.type) if isinstance(value.type, _NUMBERS) else value


def says_its_type(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether a parameter of this type means the same in a SELECT as in VALUES.

    PostgreSQL treats an untyped parameter as text in a SELECT, and as the column's type in VALUES. A cast to VARCHAR(n)
    would truncate long values, so only types that SQLAlchemy casts itself, and numbers, are supported.

    Args:
        kind: The type of the column.
        dialect: The dialect of the database.
    """
    impl = kind.dialect_impl(dialect)
    if isinstance(impl, TypeDecorator):
        return says_its_type(impl.impl_instance, dialect)
    return dialect.name == "sqlite" or isinstance(kind, _NUMBERS) or impl.render_bind_cast

"""What lets a request write, looked at by the statement that writes where that is a single one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Dialect, Numeric, cast, insert, select
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Float, TypeDecorator, TypeEngine

__all__ = ["Permit", "WriteCondition", "insert_where", "says_its_type"]

NUMBERS = (Numeric, Float)
"""What a cast rounds and refuses as storing it does."""


@dataclass(frozen=True, eq=False, slots=True)
class WriteCondition:
    """What must be true in the database; one object for every request, so that statements which have it are kept.

    Args:
        clause: In SQL, with parameters whose names are no other statement's; it must not refer to the tables around it.
    """

    clause: ColumnElement[bool]


@dataclass(frozen=True, eq=False, slots=True)
class Permit:
    """What lets one request write.

    Args:
        condition: What must be true in the statement that writes.
        params: Values of its parameters.
        look: Finds out by itself, before anything else writes; raises where it is not true.
        confirm: Called when a statement has written under the condition, so that it was true.
    """

    condition: WriteCondition
    params: Mapping[str, Any]
    look: Callable[[], None]
    confirm: Callable[[], None]


def insert_where(table: Any, values: Mapping[str, BindParameter[Any]], condition: WriteCondition, returned: Any) -> Any:
    """An INSERT of one row that inserts none where a condition is not true.

    Args:
        table: The table.
        values: Parameters by the key of their column, each of a type that `says_its_type`.
        condition: What must be true.
        returned: The columns that it gives.
    """
    row = select(*(typed(value) for value in values.values())).where(condition.clause)
    return insert(table).from_select(list(values), row).returning(*returned)


def typed(value: BindParameter[Any]) -> ColumnElement[Any]:
    return cast(value, value.type) if isinstance(value.type, NUMBERS) else value


def says_its_type(kind: TypeEngine[Any], dialect: Dialect) -> bool:
    """Whether a parameter of this type means the same in a SELECT as in VALUES.

    PostgreSQL takes a parameter without a type for text in a SELECT, and for its column's type in VALUES. A cast to a
    VARCHAR(n) would cut what is too long, so that only what SQLAlchemy casts itself, and numbers, are taken.

    Args:
        kind: The column's type.
        dialect: The database's.
    """
    found = kind.dialect_impl(dialect)
    if isinstance(found, TypeDecorator):
        return says_its_type(found.impl_instance, dialect)
    return dialect.name == "sqlite" or isinstance(kind, NUMBERS) or found.render_bind_cast

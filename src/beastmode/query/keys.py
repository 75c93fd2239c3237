"""Which values can be the key of a row, determined without a query."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, Integer, SmallInteger, bindparam
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import Enum, String, TypeDecorator, TypeEngine, Uuid

from beastmode.db.private_sqlalchemy import types_by_database
from beastmode.db.session import current_work

_WIDE = 2**63

_Check: TypeAlias = Callable[[Any], bool]
"""Whether a column can hold a value."""


class Key:
    """The primary key of a model.

    Attributes:
        columns: Its columns.
        attributes: The mapped attributes of the columns.
    """

    def __init__(self, mapper: Mapper[Any]) -> None:
        self.columns = mapper.primary_key
        self.attributes = tuple(mapper.get_property_by_column(column).key for column in self.columns)
        self.names = tuple(f"_key{index}" for index in range(len(self.columns)))
        self._checks = tuple(_check_of(column.type) for column in self.columns)

    def params(self, key: Any) -> dict[str, Any] | None:
        """Values for `conditions`; None if no row can have such a key.

        Args:
            key: The value of the key; for a composite key, a tuple in the order of the columns.
        """
        if len(self._checks) == 1:
            return {"_key0": key} if self._checks[0](key) else None
        if not isinstance(key, tuple | list) or len(key) != len(self.columns):
            return None
        if not all(holds(value) for holds, value in zip(self._checks, key, strict=True)):
            return None
        return dict(zip(self.names, key, strict=True))

    def conditions(self, entity: Any) -> list[ColumnElement[bool]]:
        """The conditions for the row with the key.

        Args:
            entity: The model, or an alias of it.
        """
        pairs = zip(self.attributes, self.binds(), strict=True)
        return [getattr(entity, attribute) == bind for attribute, bind in pairs]

    def binds(self) -> list[BindParameter[Any]]:
        """The parameters whose values `params` returns."""
        return [bindparam(name, type_=column.type) for name, column in zip(self.names, self.columns, strict=True)]


def can_hold(column: TypeEngine[Any], value: Any) -> bool:
    """Whether a column can hold a value; a query for one that it cannot hold would be an error.

    Args:
        column: The type of the column.
        value: The value.
    """
    return _check_of(column)(value)


def _check_of(column: TypeEngine[Any]) -> _Check:
    """The function that checks whether a column can hold a value.

    Args:
        column: The column's type.
    """
    for kind, make in _CHECKS.items():
        if isinstance(column, kind):
            return make(column)
    return _is_something


def _is_something(value: Any) -> bool:
    """Whether a value is not None; decorated types and enums check their values themselves."""
    return value is not None


def _integer_check(column: TypeEngine[Any]) -> _Check:
    """The function that checks whether an integer column can hold a value."""
    variants = types_by_database(column)
    least = min(map(bound_of, [column, *variants.values()]))

    def holds(value: Any) -> bool:
        return type(value) is int and (-least <= value < least or holds_beyond(value))

    def holds_beyond(value: int) -> bool:
        dialect = current_work().engines.reader.dialect.name
        # SQLite's integers have 64 bits, whatever they are declared as.
        bound = _WIDE if dialect == "sqlite" else bound_of(variants.get(dialect, column))
        return -bound <= value < bound

    return holds


def bound_of(column: TypeEngine[Any]) -> int:
    """The first number that is too large for an integer column.

    Args:
        column: The column's type.
    """
    if isinstance(column, SmallInteger):
        return 2**15
    return _WIDE if isinstance(column, BigInteger) else 2**31


def _holds_text(value: Any) -> bool:
    """Whether a string column can hold a value: no database accepts lone surrogates, and PostgreSQL no NUL."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def _uuid_check(column: TypeEngine[Any]) -> _Check:
    """The function that checks whether a UUID column can hold a value."""
    kind = UUID if getattr(column, "as_uuid", True) else str
    return lambda value: isinstance(value, kind)


_CHECKS: Mapping[type[TypeEngine[Any]], Callable[[TypeEngine[Any]], _Check]] = {
    TypeDecorator: lambda _: _is_something,
    Enum: lambda _: _is_something,
    Integer: _integer_check,
    String: lambda _: _holds_text,
    Uuid: _uuid_check,
}

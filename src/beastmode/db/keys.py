"""What may be the key of a row, known before the database is asked."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, SmallInteger, bindparam
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import Enum, String, TypeDecorator, TypeEngine, Uuid

from beastmode.db.session import current_work

__all__ = ["Key", "can_hold"]

WIDE = 2**63


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

    def params(self, key: Any) -> dict[str, Any] | None:
        """Values for `conditions`; None where no row can have such a key.

        Args:
            key: The key's value; for a key of several columns a tuple in their order.
        """
        if len(self.columns) == 1:
            return {"_key0": key} if can_hold(self.columns[0].type, key) else None
        if not isinstance(key, tuple | list) or len(key) != len(self.columns):
            return None
        if not all(can_hold(column.type, value) for column, value in zip(self.columns, key, strict=True)):
            return None
        return dict(zip(self.names, key, strict=True))

    def conditions(self, entity: Any) -> list[ColumnElement[bool]]:
        """That a row is the one with the key.

        Args:
            entity: The model, or an alias of it.
        """
        pairs = zip(self.attributes, self.binds(), strict=True)
        return [getattr(entity, attribute) == bind for attribute, bind in pairs]

    def binds(self) -> list[BindParameter[Any]]:
        """The parameters that `params` has the values of."""
        return [bindparam(name, type_=column.type) for name, column in zip(self.names, self.columns, strict=True)]


def can_hold(column: TypeEngine[Any], value: Any) -> bool:
    """Whether a column can hold a value; asking the database for one that it cannot would be an error there.

    Args:
        column: The column's type.
        value: What is looked for.
    """
    if value is None:
        return False
    for kind, holds in HOLDS.items():
        if isinstance(column, kind):
            return holds(column, value)
    return True


def holds_integer(column: TypeEngine[Any], value: Any) -> bool:
    """Whether an integer column can hold a value."""
    if type(value) is not int:
        return False
    types = [column, *column._variant_mapping.values()]  # noqa: SLF001 - SQLAlchemy has no public name for variants
    if all(-bound <= value < bound for bound in map(bound_of, types)):
        return True
    dialect = current_work().engines.reader.dialect.name
    # SQLite's integers have 64 bits, whatever they are declared as.
    bound = WIDE if dialect == "sqlite" else bound_of(column._variant_mapping.get(dialect, column))  # noqa: SLF001 - as above
    return -bound <= value < bound


def bound_of(column: TypeEngine[Any]) -> int:
    """The first number that a column is too small for."""
    if isinstance(column, SmallInteger):
        return 2**15
    return WIDE if isinstance(column, BigInteger) else 2**31


def holds_text(_column: TypeEngine[Any], value: Any) -> bool:
    """Whether a text column can hold a value: no database takes lone surrogates, and PostgreSQL no NUL."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    return value.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def holds_uuid(column: TypeEngine[Any], value: Any) -> bool:
    """Whether a UUID column can hold a value."""
    return isinstance(value, UUID if getattr(column, "as_uuid", True) else str)


HOLDS: Mapping[type[TypeEngine[Any]], Callable[[TypeEngine[Any], Any], bool]] = {
    # What a decorated type or an enumeration takes is its own affair.
    TypeDecorator: lambda _column, _value: True,
    Enum: lambda _column, _value: True,
    Integer: holds_integer,
    String: holds_text,
    Uuid: holds_uuid,
}

"""Enum types, which are separate objects on PostgreSQL and do not exist on SQLite."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ARRAY, Column, Dialect, Enum, MetaData
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator, TypeEngine

POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped


@dataclass(frozen=True, order=True)
class EnumType:
    """An enum type of PostgreSQL.

    Args:
        name: Its name.
        labels: Its values, in order.
        schema: Its schema, if not the default.
    """

    name: str
    labels: tuple[str, ...]
    schema: str | None = None

    @property
    def key(self) -> str:
        """The key that identifies it."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def sql(self) -> str:
        """Its name in SQL."""
        preparer = POSTGRESQL.identifier_preparer
        return ".".join(preparer.quote(part) for part in (self.schema, self.name) if part)

    def named(self, name: str) -> "EnumType":
        """The same type with another name."""
        return replace(self, name=name)


def enum_of(kind: TypeEngine[Any]) -> EnumType | None:
    """The PostgreSQL enum type of a column's type; None if it is something else.

    Args:
        kind: The type of the column, which may be an array or decorated.
    """
    while isinstance(kind, TypeDecorator):
        kind = kind.load_dialect_impl(POSTGRESQL)
    kind = kind.dialect_impl(POSTGRESQL)
    if isinstance(kind, TypeDecorator):
        return enum_of(kind)
    if isinstance(kind, ARRAY):
        return enum_of(kind.item_type)
    if isinstance(kind, Enum) and kind.native_enum and kind.name:
        return EnumType(kind.name, tuple(kind.enums), kind.schema)
    return None


def declared_enums(models: MetaData) -> Iterator[tuple[Column[Any], EnumType]]:
    """Each column of the models that has an enum type."""
    for table in models.sorted_tables:
        for column in table.columns:
            if kind := enum_of(column.type):
                yield column, kind


def column_type(kind: TypeEngine[Any], dialect: Dialect, enums: frozenset[str]) -> str:
    """The type of a column as SQL; text for an enum that does not exist yet.

    Args:
        kind: The type.
        dialect: The dialect of the database.
        enums: The keys of the existing enum types.
    """
    enum = enum_of(kind)
    if enum is not None and enum.key not in enums:
        return "text[]" if isinstance(kind, ARRAY) else "text"
    return str(kind.compile(dialect=dialect))


def quoted(label: str) -> str:
    """A value as SQL."""
    return "'" + label.replace("'", "''") + "'"


def create_sql(kind: EnumType) -> str:
    """The SQL that creates a type."""
    return f"CREATE TYPE {kind.sql} AS ENUM ({', '.join(map(quoted, kind.labels))})"

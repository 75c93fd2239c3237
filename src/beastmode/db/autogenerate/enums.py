"""Enum types of PostgreSQL: created once, before their first column, and dropped with their last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
    OpContainer,
)
from sqlalchemy import Column
from sqlalchemy.types import TypeEngine

from beastmode.db.autogenerate.comparison import Comparison
from beastmode.db.autogenerate.enum_types import EnumType, declared_enums, enum_of, quoted
from beastmode.db.autogenerate.online import ON_POSTGRESQL

__all__ = ["compare_enums", "known_enums"]


class CreateEnumOp(MigrateOperation):
    """Creates an enum type."""

    def __init__(self, kind: EnumType) -> None:
        self.kind = kind

    def reverse(self) -> "DropEnumOp":
        """Drops it."""
        return DropEnumOp(self.kind)

    def to_diff_tuple(self) -> tuple[object, ...]:
        """As `flask db check` prints it."""
        return ("add_enum", self.kind.key, self.kind.labels)


class DropEnumOp(CreateEnumOp):
    """Drops an enum type."""

    def reverse(self) -> CreateEnumOp:  # type: ignore[override]  # each is the other's way back
        """Creates it again."""
        return CreateEnumOp(self.kind)

    def to_diff_tuple(self) -> tuple[object, ...]:
        """As `flask db check` prints it."""
        return ("remove_enum", self.kind.key, self.kind.labels)


@renderers.dispatch_for(CreateEnumOp)
def render_create(_context: AutogenContext, operation: CreateEnumOp) -> list[str]:
    """By SQL, since `Enum.create()` cannot be written as SQL by `--sql`."""
    labels = ", ".join(map(quoted, operation.kind.labels))
    return [ON_POSTGRESQL, f"op.execute({f'CREATE TYPE {operation.kind.sql} AS ENUM ({labels})'!r})", ""]


@renderers.dispatch_for(DropEnumOp)
def render_drop(_context: AutogenContext, operation: DropEnumOp) -> list[str]:
    """By SQL too."""
    return [ON_POSTGRESQL, f"op.execute({f'DROP TYPE {operation.kind.sql}'!r})", ""]


def known_enums(comparison: Comparison) -> frozenset[str]:
    """The keys of the enum types that are there, or that PostgreSQL would have where this is SQLite."""
    if comparison.is_postgresql:
        return frozenset(kind.key for kind in there(comparison))
    return frozenset(kind.key for kind in used_before(comparison))


def there(comparison: Comparison) -> Iterator[EnumType]:
    """The enum types of this PostgreSQL, in the schemas that the models use."""
    default = comparison.connection.dialect.default_schema_name
    schemas = {None, *(kind.schema for _column, kind in declared_enums(comparison.models))}
    for schema in schemas:
        for one in comparison.inspector.get_enums(schema=schema):  # type: ignore[attr-defined]  # PostgreSQL's has it
            named = None if schema is None or schema == default else schema
            yield EnumType(one["name"], tuple(one["labels"]), named)


def used_before(comparison: Comparison) -> Iterator[EnumType]:
    """The enum types of those columns of the models that the database has."""
    columns: dict[str, set[str]] = {}
    for table in comparison.existing():
        there = comparison.inspector.get_columns(table.name, schema=table.schema)
        columns[table.key] = {one["name"] for one in there}
    for column, kind in declared_enums(comparison.models):
        if column.name in columns.get(column.table.key, ()):
            yield kind


@dataclass(frozen=True)
class Use:
    """An operation begins or ends to use an enum type."""

    kind: EnumType
    begins: bool


def uses_of(operations: list[MigrateOperation]) -> Iterator[Use]:
    """What the operations of a revision begin and end to use."""
    for operation in operations:
        if isinstance(operation, (ModifyTableOps, OpContainer)):
            yield from uses_of(operation.ops)
        elif isinstance(operation, CreateTableOp):
            yield from used_by((one for one in operation.columns if isinstance(one, Column)), begins=True)
        elif isinstance(operation, DropTableOp):
            yield from used_by(operation.to_table().columns, begins=False)
        elif isinstance(operation, AddColumnOp):
            yield from used_by([operation.column], begins=True)
        elif isinstance(operation, DropColumnOp):
            yield from used_by([operation.to_column()], begins=False)
        elif isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            yield from used_as(operation.modify_type, begins=True)
            yield from used_as(operation.existing_type, begins=False)


def used_by(columns: Iterable[Column[Any]], *, begins: bool) -> Iterator[Use]:
    """The enum types of columns."""
    for column in columns:
        yield from used_as(column.type, begins=begins)


def used_as(kind: TypeEngine[Any] | None, *, begins: bool) -> Iterator[Use]:
    """The enum type that a column's type is or holds."""
    if kind is not None and (enum := enum_of(kind)):
        yield Use(enum, begins)


def compare_enums(comparison: Comparison) -> None:
    """Have the revision create the types that it begins to use, and drop those that nothing uses any more."""
    uses = list(uses_of(comparison.upgrade.ops))
    known = known_enums(comparison)
    wanted = {kind.key: kind for _column, kind in declared_enums(comparison.models)}
    begun = {use.kind.key: use.kind for use in uses if use.begins and use.kind.key not in known}
    ended = {use.kind.key: use.kind for use in uses if not use.begins and use.kind.key not in wanted}
    kept = {kind for kind in ended if is_used_elsewhere(comparison, ended[kind])}
    comparison.upgrade.ops[:0] = [CreateEnumOp(kind) for kind in sorted(begun.values())]
    comparison.upgrade.ops += [DropEnumOp(kind) for key, kind in sorted(ended.items()) if key not in kept]


def is_used_elsewhere(comparison: Comparison, kind: EnumType) -> bool:
    """Whether a table that no model knows, and that stays, has a column of the type."""
    dropped = {
        (operation.schema, operation.table_name)
        for operation in comparison.upgrade.ops
        if isinstance(operation, DropTableOp)
    }
    for name in comparison.inspector.get_table_names(schema=kind.schema):
        key = f"{kind.schema}.{name}" if kind.schema else name
        if (kind.schema, name) in dropped or key in comparison.models.tables:
            continue
        columns = comparison.inspector.get_columns(name, schema=kind.schema)
        if any(enum_of(column["type"]) == kind for column in columns):
            return True
    return False

"""PostgreSQL's enum types: created once, before their first column, and dropped with their last one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

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

from beastmode.db.migrations.autogenerate.code import CodeOp, on_postgresql, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.enum_types import EnumType, create_sql, declared_enums, enum_of


def _created(kind: EnumType) -> CodeOp:
    """Creates a type; with SQL, because `--sql` cannot render `Enum.create()`."""
    drop = on_postgresql(statement(f"DROP TYPE {kind.sql}"))
    return CodeOp("add_enum", kind.key, on_postgresql(statement(create_sql(kind))), drop)


def known_enums(comparison: Comparison) -> frozenset[str]:
    """The keys of the existing enum types, or on SQLite, of those that PostgreSQL would have."""
    if "enums" not in comparison.known:
        enums = there(comparison) if comparison.is_postgresql else _used_before(comparison)
        comparison.known["enums"] = frozenset(kind.key for kind in enums)
    keys: frozenset[str] = comparison.known["enums"]
    return keys


def there(comparison: Comparison) -> Iterator[EnumType]:
    """The enum types of this PostgreSQL database, in the schemas that the models use."""
    default = comparison.connection.dialect.default_schema_name
    schemas = {None, *(kind.schema for _column, kind in declared_enums(comparison.models))}
    for schema in schemas:
        for one in comparison.inspector.get_enums(schema=schema):  # type: ignore[attr-defined]  # PostgreSQL's has it
            named = None if schema is None or schema == default else schema
            yield EnumType(one["name"], tuple(one["labels"]), named)


def _used_before(comparison: Comparison) -> Iterator[EnumType]:
    """The enum types of columns that exist in the database and are not converted to the type now."""
    columns: dict[str, set[str]] = {}
    for table in comparison.existing():
        names = {one["name"] for one in comparison.inspector.get_columns(table.name, schema=table.schema)}
        columns[table.key] = names - _retyped(changes_of(comparison.upgrade, table))
    for column, kind in declared_enums(comparison.models):
        if column.name in columns.get(column.table.key, ()):
            yield kind


def _retyped(changes: list[MigrateOperation]) -> set[str]:
    """The columns whose type changes."""
    return {one.column_name for one in changes if isinstance(one, AlterColumnOp) and one.modify_type is not None}


@dataclass(frozen=True)
class _EnumUse:
    """An operation begins or stops using an enum type."""

    kind: EnumType
    begins: bool


def _uses_of(operations: list[MigrateOperation]) -> Iterator[_EnumUse]:
    """The enum types that the operations of a revision begin or stop using."""
    for operation in operations:
        if isinstance(operation, (ModifyTableOps, OpContainer)):
            yield from _uses_of(operation.ops)
        elif isinstance(operation, CreateTableOp):
            yield from _used_by((one for one in operation.columns if isinstance(one, Column)), begins=True)
        elif isinstance(operation, DropTableOp):
            yield from _used_by(operation.to_table().columns, begins=False)
        elif isinstance(operation, AddColumnOp):
            yield from _used_by([operation.column], begins=True)
        elif isinstance(operation, DropColumnOp):
            yield from _used_by([operation.to_column()], begins=False)
        elif isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            yield from _used_as(operation.modify_type, begins=True)
            yield from _used_as(operation.existing_type, begins=False)


def _used_by(columns: Iterable[Column[Any]], *, begins: bool) -> Iterator[_EnumUse]:
    """The enum types of columns."""
    for column in columns:
        yield from _used_as(column.type, begins=begins)


def _used_as(kind: TypeEngine[Any] | None, *, begins: bool) -> Iterator[_EnumUse]:
    """The enum type that a column's type is or contains."""
    if kind is not None and (enum := enum_of(kind)):
        yield _EnumUse(enum, begins)


def compare_enums(comparison: Comparison) -> None:
    """Create the types that the revision begins to use, and drop those that are no longer used."""
    uses = list(_uses_of(comparison.upgrade.ops))
    known = known_enums(comparison)
    wanted = {kind.key: kind for _column, kind in declared_enums(comparison.models)}
    begun = {use.kind.key: use.kind for use in uses if use.begins and use.kind.key not in known}
    ended = {use.kind.key: use.kind for use in uses if not use.begins and use.kind.key not in wanted}
    kept = {kind for kind in ended if _is_used_elsewhere(comparison, ended[kind])}
    comparison.upgrade.ops[:0] = [_created(kind) for kind in sorted(begun.values())]
    comparison.upgrade.ops += [_created(kind).reverse() for key, kind in sorted(ended.items()) if key not in kept]


def _is_used_elsewhere(comparison: Comparison, kind: EnumType) -> bool:
    """Whether a table that is not in the models, and remains, has a column of the type."""
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

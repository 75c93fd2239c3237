"""Operations in words that stay when lines move: what findings are about, and what undoes what."""

from collections.abc import Callable
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops

__all__ = ["data_statement", "is_data", "name_of", "tables_of"]


def index_name(op: ops.CreateIndex | ops.DropIndex) -> str:
    """An index by its name, else by its columns."""
    if op.name:
        return op.name
    columns = ",".join(op.columns) if isinstance(op, ops.CreateIndex) else "?"
    return f"on {op.table} ({columns})"


def constraint_name(op: ops.AddConstraint) -> str:
    """A constraint by its table, and its name or columns."""
    inner = op.constraint
    return f"{op.table}.{inner.name or ','.join(inner.columns) or inner.condition or '?'}"


def alteration(op: ops.AlterColumn) -> str:
    """What an ALTER COLUMN changes."""
    parts = [
        f"rename to {op.new_name}" if op.new_name else "",
        f"type {op.type_to}" if op.type_to is not None else "",
        "" if op.nullable is None else "null" if op.nullable else "not null",
        f"default {op.default_change}" if op.default_change else "",
        "identity" if op.identity else "",
    ]
    return " ".join(["alter_column", f"{op.table}.{op.column}", *(part for part in parts if part)])


def data_statement(op: ops.ExecuteSql) -> str:
    """A statement on rows: what it does to which columns of which tables, and to which rows."""
    tables = ",".join(op.tables or op.reads)
    columns = f" ({','.join(op.columns)})" if op.columns else ""
    where = f" where {' '.join(op.where.split())}" if op.where else ""
    if op.kind in {"opaque", "other", "ddl"} or not tables:
        return f"execute {' '.join(op.sql.split())}"
    return f"{op.kind} {tables}{columns}{where}"


NAMES: dict[type, Callable[[Any], str]] = {
    ops.AddColumn: lambda op: f"add_column {op.table}.{op.column.name}",
    ops.DropColumn: lambda op: f"drop_column {op.table}.{op.column}",
    ops.AlterColumn: alteration,
    ops.CreateTable: lambda op: f"create_table {op.table}",
    ops.DropTable: lambda op: f"drop_table {op.table}",
    ops.RenameTable: lambda op: f"rename_table {op.table} to {op.new_name}",
    ops.CreateIndex: lambda op: f"create_index {index_name(op)}",
    ops.DropIndex: lambda op: f"drop_index {index_name(op)}",
    ops.AddConstraint: lambda op: f"add_{op.constraint.kind} {constraint_name(op)}",
    ops.DropConstraint: lambda op: f"drop_constraint {op.table}.{op.name}",
    ops.ValidateConstraint: lambda op: f"validate_constraint {op.table}.{op.name}",
    ops.RenameObject: lambda op: f"rename_{op.kind} {op.name} to {op.new_name}",
    ops.ExecuteSql: data_statement,
    ops.BulkInsert: lambda op: f"bulk_insert {op.table}",
    ops.CreateEnum: lambda op: f"create_enum {op.name}",
    ops.DropEnum: lambda op: f"drop_enum {op.name}",
    ops.AddEnumValue: lambda op: f"add_enum_value {op.name}.{op.value}",
    ops.RenameEnumValue: lambda op: f"rename_enum_value {op.name}.{op.value} to {op.new_value}",
    ops.ObjectDdl: lambda op: f"{op.action}_{op.kind} {op.name}",
    ops.AlterTable: lambda op: f"alter_table {op.table} {op.action.lower()}",
    ops.ChangeComment: lambda op: f"comment {op.table}{'.' + op.column if op.column else ''}",
    ops.LockTable: lambda op: f"lock_table {op.table}",
    ops.Maintenance: lambda op: f"{op.command.lower()} {op.target}",
    ops.TransactionControl: lambda op: f"{op.command.lower()} in {op.place.revision}",
    ops.SetSetting: lambda op: f"set {op.name} = {op.value}",
    ops.Unreadable: lambda op: f"{op.place.revision} {op.place.direction}: {op.source}",
    ops.UsesApplication: lambda op: f"{op.place.revision} imports {op.module}: {', '.join(op.names)}",
    ops.NoOperations: lambda op: f"{op.place.revision} {op.place.direction}",
}


def name_of(operation: ops.Operation) -> str:
    """The operation in words."""
    return NAMES[type(operation)](operation)


def tables_of(operation: ops.Operation) -> tuple[str, ...]:
    """The tables that an operation changes."""
    table = getattr(operation, "table", None)
    return (table,) if table else getattr(operation, "tables", ())


def is_data(operation: ops.Operation) -> bool:
    """Whether it writes rows that may be many: not a row or two that the migration brings along itself."""
    if not isinstance(operation, ops.ExecuteSql):
        return False
    copies = operation.kind == "insert" and bool(operation.reads)
    return operation.kind in {"update", "delete", "merge"} or copies

"""The directives of `op` and of a batch, as operations."""

import ast
from collections.abc import Callable
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    BulkInsert,
    ChangeComment,
    Column,
    Constraint,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropTable,
    ObjectDdl,
    Operation,
    Place,
    RenameTable,
)
from beastmode_tools.guard.migrations.read.columns import as_type, default_of, with_schema
from beastmode_tools.guard.migrations.read.reading import Reading, one_line
from beastmode_tools.guard.migrations.read.values import Function, Handle, Method, Rows, TableValue, Unknown

__all__ = ["call_op"]

# The arguments of each directive in their order; a batch leaves the table out.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "add_column": ("table", "column"),
    "drop_column": ("table", "name"),
    "alter_column": ("table", "name"),
    "create_table": ("table",),
    "drop_table": ("table",),
    "rename_table": ("table", "new_name", "schema"),
    "create_index": ("name", "table", "columns"),
    "drop_index": ("name", "table"),
    "create_unique_constraint": ("name", "table", "columns"),
    "create_foreign_key": ("name", "table", "target", "columns", "remote"),
    "create_check_constraint": ("name", "table", "condition"),
    "create_primary_key": ("name", "table", "columns"),
    "create_exclude_constraint": ("name", "table"),
    "drop_constraint": ("name", "table", "kind"),
    "bulk_insert": ("table", "rows"),
    "create_table_comment": ("table", "comment"),
    "drop_table_comment": ("table",),
}
# What people and older versions of Alembic call the same arguments.
ALIASES = {
    "table_name": "table",
    "source_table": "table",
    "source": "table",
    "old_table_name": "table",
    "column_name": "name",
    "constraint_name": "name",
    "index_name": "name",
    "new_table_name": "new_name",
    "referent_table": "target",
    "referent": "target",
    "local_cols": "columns",
    "remote_cols": "remote",
    "type_": "kind",
    "source_schema": "schema",
}
KINDS = {"unique": "unique", "foreignkey": "foreign", "check": "check", "primary": "primary"}


def call_op(  # noqa: PLR0911 - one line for each kind of directive
    reading: Reading, callee: Method, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """Reads one call on `op` or on a batch, and gives what it returns."""
    handle, name = callee.owner, callee.name
    if name in {"f", "inline_literal"}:
        return arguments[0] if arguments else None
    if name == "get_bind":
        return Handle("connection")
    if name in {"get_context", "get_impl"}:
        return Handle("context")
    if name == "batch_alter_table":
        table = arguments[0] if arguments else options.get("table_name")
        return Handle("batch", with_schema(table, options.get("schema")) or None)
    if name == "execute":
        reading.execute(node, arguments[0] if arguments else options.get("sqltext"), handle)
        return Rows("")
    given = bound(handle, name, arguments, options)
    make = DIRECTIVES.get(name)
    if make is None:
        return other_directive(reading, name, node, arguments)
    table = handle.table if handle.kind == "batch" else table_of(given)
    if name != "drop_index" and not table:
        reading.cannot_read(node, "the table's name is not written in the migration")
        return Unknown(one_line(node))
    made = make(reading.place(node, handle), table or "", given)
    if made is None:
        reading.cannot_read(node, "an argument of it is not written in the migration")
        return Unknown(one_line(node))
    reading.emit(*made)
    created = made[0]
    return TableValue(created.table, created.columns) if isinstance(created, CreateTable) else None


def other_directive(reading: Reading, name: str, node: ast.Call, arguments: list[Any]) -> Any:
    """A directive that a plugin adds: entities of alembic_utils are told by their names."""
    verb, _, noun = name.partition("_")
    if verb in {"create", "drop", "replace", "revert"} and noun in {
        "entity",
        "view",
        "function",
        "trigger",
        "extension",
    }:
        action = "drop" if verb == "drop" else "create" if verb == "create" else "replace"
        subject = one_line(node.args[0]) if arguments else ""
        kind = "function" if noun == "entity" else noun
        reading.emit(
            ObjectDdl(place=reading.place(node), action=action, kind=kind, name=subject, sql=one_line(node))  # type: ignore[arg-type]  # the three words above
        )
    else:
        reading.cannot_read(node, f"op.{name} is no directive of Alembic")
        for each in arguments:
            if isinstance(each, Function):
                reading.run(reading, each, [Handle("connection")], {})
    return Unknown(one_line(node))


def bound(handle: Handle, name: str, arguments: list[Any], options: dict[str, Any]) -> dict[str, Any]:
    """The arguments by their names."""
    names = SIGNATURES.get(name, ())
    if handle.kind == "batch":
        names = tuple(each for each in names if each != "table")
    given: dict[str, Any] = {}
    for key, value in options.items():
        # In alter_column `type_` is the new type, elsewhere the kind of a constraint.
        plain = key if name == "alter_column" and key == "type_" else ALIASES.get(key, key)
        given[plain] = value
    given |= dict(zip(names, arguments, strict=False))
    given["rest"] = arguments[len(names) :]
    return given


def table_of(given: dict[str, Any]) -> str | None:
    """The table's name with its schema."""
    table = given.get("table")
    if isinstance(table, TableValue):
        return table.name
    return with_schema(table, given.get("schema")) or None


def texts(value: Any) -> tuple[str, ...]:
    """Names of columns; what is an expression keeps its SQL."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple):
        return ()
    return tuple(each if isinstance(each, str) else default_of(each) or "" for each in value)


def text(value: Any) -> str | None:
    """A name, or None."""
    return value if isinstance(value, str) else None


def add_column(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """ADD COLUMN, with the index or unique constraint that the column makes."""
    column = given.get("column")
    if not isinstance(column, Column) or not column.name:
        return None
    return [
        AddColumn(place=place, table=table, column=column, if_not_exists=given.get("if_not_exists") is True),
    ]


def drop_column(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """DROP COLUMN."""
    name = text(given.get("name"))
    return [DropColumn(place=place, table=table, column=name)] if name else None


def alter_column(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """ALTER COLUMN: all that is given, in one operation."""
    name = text(given.get("name"))
    if not name:
        return None
    new_type, old_type = as_type(given.get("type_")), as_type(given.get("existing_type"))
    nullable = given.get("nullable")
    default_given = "server_default" in given and given["server_default"] is not False
    identity = isinstance(given.get("server_default"), Handle)
    default = default_of(given.get("server_default")) if default_given and not identity else None
    new_name = text(given.get("new_column_name"))
    known_nullable = nullable if isinstance(nullable, bool) else None
    unchanged = known_nullable is not None and known_nullable == given.get("existing_nullable")
    return [
        AlterColumn(
            place=place,
            table=table,
            column=name,
            new_name=new_name if new_name != name else None,
            type_to=new_type.text if given.get("type_") is not None and new_type else None,
            type_from=old_type.text or None if old_type and given.get("existing_type") is not None else None,
            enum_to=new_type.enum if new_type else None,
            enum_from=old_type.enum if old_type else None,
            using=default_text(given.get("postgresql_using")),
            nullable=None if unchanged else known_nullable,
            default_change="" if not default_given or identity else "set" if default is not None else "dropped",
            default=default,
            identity=identity or bool(given.get("autoincrement") or given.get("existing_autoincrement")),
        )
    ]


def default_text(value: Any) -> str | None:
    """SQL that is given as a plain text."""
    return value if isinstance(value, str) else default_of(value)


def create_table(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """CREATE TABLE with its columns and constraints."""
    parts = given["rest"]
    columns = tuple(each for each in parts if isinstance(each, Column))
    constraints = tuple(each for each in parts if isinstance(each, Constraint))
    return [
        CreateTable(
            place=place,
            table=table,
            columns=columns,
            constraints=constraints,
            if_not_exists=given.get("if_not_exists") is True,
            partitioned=given.get("postgresql_partition_by") is not None,
        )
    ]


def drop_table(place: Place, table: str, _given: dict[str, Any]) -> list[Operation] | None:
    """DROP TABLE."""
    return [DropTable(place=place, table=table)]


def rename_table(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """RENAME TO."""
    new_name = with_schema(given.get("new_name"), given.get("schema"))
    return [RenameTable(place=place, table=table, new_name=new_name)] if new_name else None


def create_index(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """CREATE INDEX."""
    return [
        CreateIndex(
            place=place,
            table=table,
            name=text(given.get("name")),
            columns=texts(given.get("columns")),
            unique=given.get("unique") is True,
            concurrently=given.get("postgresql_concurrently") is True,
            if_not_exists=given.get("if_not_exists") is True,
            where=default_text(given.get("postgresql_where", given.get("sqlite_where"))),
        )
    ]


def drop_index(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """DROP INDEX."""
    return [
        DropIndex(
            place=place,
            name=text(given.get("name")),
            table=table or None,
            concurrently=given.get("postgresql_concurrently") is True,
        )
    ]


def create_constraint(kind: str) -> Callable[[Place, str, dict[str, Any]], list[Operation] | None]:
    """ADD CONSTRAINT of one kind."""

    def make(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
        on_delete = text(given.get("ondelete"))
        condition = default_text(given.get("condition")) if kind == "check" else None
        constraint = Constraint(
            kind=kind,  # type: ignore[arg-type]  # the table of directives names just the literals
            name=text(given.get("name")),
            columns=texts(given.get("columns")),
            target=with_schema(given.get("target"), given.get("referent_schema")) or None,
            condition=condition,
            not_valid=given.get("postgresql_not_valid") is True,
            on_delete=on_delete.upper() if on_delete else None,
        )
        return [AddConstraint(place=place, table=table, constraint=constraint)]

    return make


def drop_constraint(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """DROP CONSTRAINT; without a name it cannot run, which is a fact and not a riddle."""
    name = given.get("name")
    if name is not None and not isinstance(name, str):
        return None
    kind = KINDS.get(str(given.get("kind")))
    return [DropConstraint(place=place, table=table, name=name, kind=kind)]  # type: ignore[arg-type]  # KINDS holds just the literals


def bulk_insert(place: Place, table: str, given: dict[str, Any]) -> list[Operation] | None:
    """Rows that the migration brings along."""
    rows = given.get("rows")
    return [BulkInsert(place=place, table=table, rows=len(rows) if isinstance(rows, list | tuple) else None)]


def comment(place: Place, table: str, _given: dict[str, Any]) -> list[Operation] | None:
    """COMMENT ON TABLE."""
    return [ChangeComment(place=place, table=table)]


DIRECTIVES: dict[str, Callable[[Place, str, dict[str, Any]], list[Operation] | None]] = {
    "add_column": add_column,
    "drop_column": drop_column,
    "alter_column": alter_column,
    "create_table": create_table,
    "drop_table": drop_table,
    "rename_table": rename_table,
    "create_index": create_index,
    "drop_index": drop_index,
    "create_unique_constraint": create_constraint("unique"),
    "create_foreign_key": create_constraint("foreign"),
    "create_check_constraint": create_constraint("check"),
    "create_primary_key": create_constraint("primary"),
    "create_exclude_constraint": create_constraint("exclude"),
    "drop_constraint": drop_constraint,
    "bulk_insert": bulk_insert,
    "create_table_comment": comment,
    "drop_table_comment": comment,
}

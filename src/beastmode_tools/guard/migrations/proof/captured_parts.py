"""Parts of operations as the probe tells them: tables, columns, constraints, and what of a column changes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.column_types import spelled

__all__ = ["alter_column", "column_of", "constraint_of", "drop_kind", "full_table", "option", "words"]

Note = Mapping[str, Any]
DROPPED = {
    "unique": "unique",
    "foreignkey": "foreign",
    "primary": "primary",
    "check": "check",
}


def full_table(note: Note) -> str:
    """The table's name, its schema before it where it has one."""
    name, schema = str(note.get("table_name") or ""), note.get("schema")
    return f"{schema}.{name}" if schema and name else name


def option(note: Note, name: str) -> Any:
    """A further argument of the operation."""
    return note.get("options", {}).get(name)


def words(given: Any) -> tuple[str, ...]:
    """Names of columns, or SQL of expressions."""
    return tuple(str(each) for each in given or ())


def column_of(note: Note) -> ops.Column:
    """A column as it is created."""
    column = ops.Column.of(str(note["name"]), note)
    return replace(column, type=type_text(column.type, column.enum))


def type_text(told: str, enum: ops.EnumType | None) -> str:
    """A type as it is read from the source."""
    return f"ENUM {enum.name or ''}".strip() if enum else spelled(told)


def constraint_of(note: Note, kind: ops.ConstraintKind) -> ops.Constraint:
    """A constraint as it is created."""
    columns = note.get("columns") if kind != "foreign" else note.get("local_cols")
    return ops.Constraint(
        kind=kind,
        name=note.get("constraint_name"),
        columns=words(columns),
        target=note.get("referent_table"),
        condition=note.get("condition"),
        not_valid=option(note, "postgresql_not_valid") is True,
    )


def drop_kind(note: Note) -> Any:
    """Which kind of constraint is dropped; None where the migration does not say."""
    return DROPPED.get(str(note.get("constraint_type") or ""))


def alter_column(note: Note, place: ops.Place) -> ops.Operation:
    """ALTER COLUMN."""
    has_default = "modify_server_default" in note
    default = note.get("modify_server_default")
    type_to, type_from = note.get("modify_type"), note.get("existing_type")
    enum_to, enum_from = (ops.EnumType.of(note, prefix) for prefix in ("modify_type_", "existing_type_"))
    return ops.AlterColumn(
        place=place,
        table=full_table(note),
        column=str(note.get("column_name") or ""),
        new_name=note.get("modify_name"),
        type_to=type_text(type_to, enum_to) if type_to else None,
        type_from=type_text(type_from, enum_from) if type_from else None,
        enum_to=enum_to,
        enum_from=enum_from,
        using=option(note, "postgresql_using"),
        nullable=note.get("modify_nullable"),
        default_change=("dropped" if default is None else "set") if has_default else "",
        default=default,
    )

"""Required columns: what happens to existing rows."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import render_op, renderers
from alembic.operations.ops import AddColumnOp, AlterColumnOp, ModifyTableOps
from sqlalchemy import Column, Table, literal
from sqlalchemy.exc import SQLAlchemyError

from beastmode.db.migrations.autogenerate.code import OnlineOp, name_sql, on_postgresql, outside, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of, place_of
from beastmode.db.migrations.autogenerate.defaults import added_with, default_sql
from beastmode.db.migrations.autogenerate.expressions import in_text, sql_of
from beastmode.db.private_sqlalchemy import copy_of


def compare_requirements(comparison: Comparison) -> None:
    """Fill existing rows if a value is known, and report it if not."""
    for table in comparison.existing():
        changes = changes_of(comparison.upgrade, table)
        for operation in list(changes):
            if isinstance(operation, AddColumnOp) and _is_lacking(operation.column):
                _add(comparison, table, operation)
            elif isinstance(operation, AlterColumnOp) and operation.modify_nullable is False:
                _require(comparison, table, operation)


def _is_lacking(column: Column[Any]) -> bool:
    """Whether a new column is required, and the database has no default for it."""
    return not column.nullable and column.server_default is None


def _usual_value(comparison: Comparison, column: Column[Any]) -> str | None:
    """The default value of a column as SQL; None if only code can compute it."""
    dialect = comparison.connection.dialect
    if (default := default_sql(column, dialect)) is not None:
        return default
    if column.default is None or not column.default.is_scalar:
        return None
    try:
        return sql_of(literal(getattr(column.default, "arg"), column.type), dialect)  # noqa: B009 - is_scalar says so
    except (SQLAlchemyError, NotImplementedError):
        return None


def _add(comparison: Comparison, table: Table, operation: AddColumnOp) -> None:
    """Add a column with a temporary default for existing rows, or as nullable at first."""
    column, changes = operation.column, changes_of(comparison.upgrade, table)
    value = _usual_value(comparison, column)
    if value is None:
        empty = copy_of(column)
        empty.nullable = True
        changes[changes.index(operation)] = AddColumnOp(table.name, empty, schema=table.schema)
        comparison.upgrade.ops.append(RequireOp(table.columns[column.name], None))
        comparison.remarks.append(
            f"{table.name}.{column.name} is NOT NULL and has no default: give existing rows a value in the next "
            "revision, with op.execute(). Otherwise it fails if the table has rows."
        )
        return
    changes[changes.index(operation)], last = added_with(table.name, table.schema, column, in_text(value))
    place = place_of(comparison.upgrade, changes)
    comparison.upgrade.ops.insert(place + 1, _OneWay(table.name, [last], schema=table.schema))


class _OneWay(ModifyTableOps):
    """Changes that the downgrade need not undo, because it drops the column."""

    def reverse(self) -> ModifyTableOps:
        """Nothing."""
        return ModifyTableOps(self.table_name, [], schema=self.schema)


class RequireOp(OnlineOp):
    """Forbids NULL in a column of an existing table, without blocking others.

    For SET NOT NULL alone, PostgreSQL reads the whole table under a lock; with an equivalent validated check, it does
    not: https://www.postgresql.org/docs/current/sql-altertable.html.
    """

    def __init__(self, column: Column[Any], value: str | None) -> None:
        super().__init__("require", f"{column.table.name}.{column.name}", [], [])
        self.column = column
        self.value = value

    def reverse(self) -> "AllowOp":
        """Allows it."""
        return AllowOp(self.column, self.value)


class AllowOp(RequireOp):
    """Allows NULL."""

    def reverse(self) -> RequireOp:  # type: ignore[override]  # each is the other's way back
        """Forbids it again."""
        return RequireOp(self.column, self.value)


@renderers.dispatch_for(RequireOp)
def render_require(context: AutogenContext, operation: RequireOp) -> list[str]:
    """On PostgreSQL, a check is validated first, and dropped afterwards."""
    column = operation.column
    table = f"ALTER TABLE {name_sql(column.table.name, column.table.schema)}"
    check = name_sql(f"{column.table.name}_{column.name}_required")
    fill = [statement(_filling(column, operation.value))] if operation.value is not None else []
    return [
        'if op.get_context().dialect.name == "postgresql":',
        *outside(
            statement(f"{table} DROP CONSTRAINT IF EXISTS {check}"),
            *fill,
            statement(f"{table} ADD CONSTRAINT {check} CHECK ({name_sql(column.name)} IS NOT NULL) NOT VALID"),
            *(["# Rows that were added in the meantime:", *fill] if fill else []),
            statement(f"{table} VALIDATE CONSTRAINT {check}"),
        ),
        *(["else:", *fill] if fill else []),
        "",
        *_alteration(context, column, nullable=False),
        *on_postgresql(statement(f"{table} DROP CONSTRAINT {check}")),
    ]


@renderers.dispatch_for(AllowOp)
def render_allow(context: AutogenContext, operation: AllowOp) -> list[str]:
    """A fast operation."""
    return _alteration(context, operation.column, nullable=True)


def _alteration(context: AutogenContext, column: Column[Any], *, nullable: bool) -> list[str]:
    """Alembic's own code."""
    table = column.table
    change = AlterColumnOp(
        table.name, column.name, schema=table.schema, existing_type=column.type, modify_nullable=nullable
    )
    return render_op(context, ModifyTableOps(table.name, [change], schema=table.schema))


def _require(comparison: Comparison, table: Table, operation: AlterColumnOp) -> None:
    """Forbid NULL separately from other changes of a column."""
    operation.modify_nullable = None
    if not operation.has_changes():
        changes_of(comparison.upgrade, table).remove(operation)
    forbid_null(comparison, table.columns[operation.column_name])


def forbid_null(comparison: Comparison, column: Column[Any]) -> None:
    """Fill NULLs before they are forbidden, and report the value.

    Args:
        comparison: The comparison.
        column: The column of the models.
    """
    value = _usual_value(comparison, column)
    becomes = f"{column.table.name}.{column.name} becomes NOT NULL"
    comparison.remarks.append(
        f"{becomes}: the revision fails if rows contain NULL. Give them a value first, with op.execute()."
        if value is None
        else f"{becomes}: rows with NULL get {value}, and keep it after a downgrade."
    )
    comparison.upgrade.ops.append(RequireOp(column, value))


def _filling(column: Column[Any], value: str) -> str:
    """The UPDATE that gives a value to rows without one."""
    name, table = name_sql(column.name), name_sql(column.table.name, column.table.schema)
    return f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"  # noqa: S608 - a revision is SQL by its nature

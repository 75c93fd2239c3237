"""Columns that every row must fill: what becomes of the rows that are there."""

from typing import Any

from alembic.operations.ops import AddColumnOp, AlterColumnOp, ModifyTableOps
from sqlalchemy import Column, DefaultClause, Table, literal, text
from sqlalchemy.exc import SQLAlchemyError

from beastmode.db.autogenerate.code import CodeOp, name_sql, statement
from beastmode.db.autogenerate.comparison import Comparison, changes_of, place_of
from beastmode.db.autogenerate.defaults import default_sql
from beastmode.db.autogenerate.expressions import in_text, sql_of

__all__ = ["compare_requirements"]


def compare_requirements(comparison: Comparison) -> None:
    """Have rows that are there filled where that is known, and say where it is not."""
    for table in comparison.existing():
        changes = changes_of(comparison.upgrade, table)
        for operation in list(changes):
            if isinstance(operation, AddColumnOp) and is_lacking(operation.column):
                add(comparison, table, operation)
            elif isinstance(operation, AlterColumnOp) and operation.modify_nullable is False:
                require(comparison, table, operation)


def is_lacking(column: Column[Any]) -> bool:
    """Whether a new column must be filled, and the database does not know with what."""
    return not column.nullable and column.server_default is None


def usual_value(comparison: Comparison, column: Column[Any]) -> str | None:
    """What a row gets where nobody says anything, as SQL; None where only code knows."""
    dialect = comparison.connection.dialect
    if (default := default_sql(column, dialect)) is not None:
        return default
    if column.default is None or not column.default.is_scalar:
        return None
    try:
        return sql_of(literal(getattr(column.default, "arg"), column.type), dialect)  # noqa: B009 - is_scalar says so
    except (SQLAlchemyError, NotImplementedError):
        return None


def add(comparison: Comparison, table: Table, operation: AddColumnOp) -> None:
    """Have a column added with a default that is only for the rows that are there, or empty at first."""
    column, changes = operation.column, changes_of(comparison.upgrade, table)
    value = usual_value(comparison, column)
    filled: Column[Any] = column._copy()  # noqa: SLF001 - as Alembic copies columns
    last = AlterColumnOp(table.name, column.name, schema=table.schema, existing_type=column.type)
    if value is None:
        filled.nullable = True
        last.existing_nullable, last.modify_nullable = True, False
        comparison.remarks.append(
            f"{table.name}.{column.name} must be filled, and nothing says with what: give its rows a value between the "
            "two batches, by op.execute(). Without that the revision fails where there are rows."
        )
    else:
        filled.server_default = DefaultClause(text(in_text(value)))
        last.existing_nullable = False
        last.existing_server_default, last.modify_server_default = filled.server_default, None
    changes[changes.index(operation)] = AddColumnOp(table.name, filled, schema=table.schema)
    place = place_of(comparison.upgrade, changes)
    comparison.upgrade.ops.insert(place + 1, OneWay(table.name, [last], schema=table.schema))


class OneWay(ModifyTableOps):
    """Changes that the way back need not undo, since it drops the column."""

    def reverse(self) -> ModifyTableOps:
        """Nothing."""
        return ModifyTableOps(self.table_name, [], schema=self.schema)


def require(comparison: Comparison, table: Table, operation: AlterColumnOp) -> None:
    """Have NULLs filled before they are forbidden."""
    column = table.columns[operation.column_name]
    value = usual_value(comparison, column)
    place = f"{table.name}.{column.name}"
    locked = "PostgreSQL locks the table while it checks every row."
    if value is None:
        comparison.remarks.append(
            f"{place} becomes NOT NULL: the revision fails if rows contain NULL. Give them a value first, with "
            f"op.execute(). {locked}"
        )
        return
    comparison.remarks.append(
        f"{place} becomes NOT NULL: rows with NULL get {value}, and keep it after a downgrade. {locked}"
    )
    changes = changes_of(comparison.upgrade, table)
    at = place_of(comparison.upgrade, changes)
    comparison.upgrade.ops.insert(at, CodeOp("fill", place, [statement(filling(column, value))], []))


def filling(column: Column[Any], value: str) -> str:
    """The UPDATE that gives a value to rows without one."""
    name, table = name_sql(column.name), name_sql(column.table.name, column.table.schema)
    return f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL"  # noqa: S608 - a revision is SQL by its nature

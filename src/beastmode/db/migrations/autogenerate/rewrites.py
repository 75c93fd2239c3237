"""New columns with a different value in each existing row."""

from typing import Any

from alembic.operations.ops import AddColumnOp
from sqlalchemy import Column, Computed, Identity, Table

from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.defaults import default_sql
from beastmode.db.migrations.autogenerate.enum_types import column_type
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.scratch import scratch_of


def tell_rewrites(comparison: Comparison) -> None:
    """Report the new columns that PostgreSQL has to write into every row."""
    for table in comparison.existing():
        columns = [one.column for one in changes_of(comparison.upgrade, table) if isinstance(one, AddColumnOp)]
        for column in columns:
            if _is_written(comparison, table, column):
                comparison.remarks.append(
                    f"{table.name}.{column.name} has a different value in each row: PostgreSQL rewrites and locks the "
                    "whole table to add it. For a large table add it without its default, and fill it in batches."
                )


def _is_written(comparison: Comparison, table: Table, column: Column[Any]) -> bool:
    """Whether each row gets its value when the column is added, not when the row is read."""
    default, dialect = column.server_default, comparison.connection.dialect
    if isinstance(default, Computed):
        return default.persisted is not False
    if isinstance(default, Identity):
        return True
    enums = known_enums(comparison)
    if (sql := default_sql(column, dialect)) is None:
        return False
    with scratch_of(comparison.connection, table, enums) as scratch:
        return scratch is not None and scratch.is_rewritten(column_type(column.type, dialect, enums), sql)

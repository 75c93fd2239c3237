"""Computed columns, which databases cannot alter: they are dropped and added again."""

from collections.abc import Iterator

from alembic.operations.ops import AddColumnOp, AlterColumnOp, DropColumnOp, ModifyTableOps
from sqlalchemy import Column, Computed, Table

from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of, place_of
from beastmode.db.migrations.autogenerate.enum_types import column_type
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import sql_of, words_of
from beastmode.db.migrations.autogenerate.scratch import Scratch, scratch_of


def compare_computed(comparison: Comparison) -> None:
    """Recreate computed columns if their expression, or a column in it, changes."""
    for table in comparison.existing():
        columns = list(_remade(comparison, table))
        if not columns:
            continue
        changes = changes_of(comparison.upgrade, table)
        names = {column.name for column in columns}
        changes[:] = [one for one in changes if not (isinstance(one, AlterColumnOp) and one.column_name in names)]
        there = comparison.table_there(table)
        drops = [
            DropColumnOp.from_column_and_tablename(table.schema, table.name, there.columns[each])
            for each in sorted(names)
        ]
        adds = [AddColumnOp.from_column_and_tablename(table.schema, table.name, column) for column in columns]
        place = place_of(comparison.upgrade, changes)
        comparison.upgrade.ops.insert(place, ModifyTableOps(table.name, list(drops), schema=table.schema))
        comparison.upgrade.ops.insert(place + 2, ModifyTableOps(table.name, list(adds), schema=table.schema))
        for column in columns:
            comparison.remade.add((table.name, column.name))
            _tell(comparison, column, there.columns[column.name])


def _remade(comparison: Comparison, table: Table) -> Iterator[Column[object]]:
    """The columns that have to be dropped and added again."""
    there = comparison.table_there(table)
    changes = changes_of(comparison.upgrade, table)
    retyped = {one.column_name for one in changes if isinstance(one, AlterColumnOp) and one.modify_type is not None}
    enums = known_enums(comparison)
    with scratch_of(comparison.connection, table, enums) as scratch:
        for column in table.columns:
            old = there.columns.get(column.name)
            if old is None or not any(isinstance(one.server_default, Computed) for one in (column, old)):
                continue
            kind = column_type(column.type, comparison.connection.dialect, enums)
            if _is_other(comparison, column, old, (scratch, kind)) or retyped & set(_words_in(comparison, old)):
                yield column


def _words_in(comparison: Comparison, column: Column[object]) -> tuple[str, ...]:
    """The words in the expression of a computed column, and its own name."""
    computed = column.server_default
    said = words_of(sql_of(computed.sqltext, comparison.connection.dialect)) if isinstance(computed, Computed) else ()
    return (*said, column.name)


def _is_other(
    comparison: Comparison, column: Column[object], there: Column[object], asked: tuple[Scratch | None, str]
) -> bool:
    """Whether the expressions differ, or only one of the two is computed."""
    new, old = column.server_default, there.server_default
    if not isinstance(new, Computed) or not isinstance(old, Computed):
        return True
    dialect = comparison.connection.dialect
    wanted, before = sql_of(new.sqltext, dialect), sql_of(old.sqltext, dialect)
    scratch, kind = asked
    if words_of(wanted) == words_of(before):
        return False
    return scratch is None or scratch.computed(kind, wanted) != before


def _tell(comparison: Comparison, column: Column[object], there: Column[object]) -> None:
    """Report the cost."""
    name = f"{column.table.name}.{column.name}"
    if isinstance(column.server_default, Computed):
        lost = "" if isinstance(there.server_default, Computed) else " Its values are lost."
        comparison.remarks.append(
            f"{name} is dropped and added again, because a computed column cannot be altered. PostgreSQL rewrites and "
            f"locks the whole table.{lost}"
        )
    else:
        kept = f"ALTER TABLE {column.table.name} ALTER COLUMN {column.name} DROP EXPRESSION"
        comparison.remarks.append(
            f"{name} is no longer computed, so it is dropped and added again, and its values are lost. Only "
            f"PostgreSQL can keep them: op.execute('{kept}')."
        )

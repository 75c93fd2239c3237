"""Server defaults: values and functions."""

from dataclasses import dataclass
from typing import Any

from alembic.operations.ops import AddColumnOp, AlterColumnOp, MigrateOperation
from sqlalchemy import Column, Computed, DefaultClause, Dialect, Identity, text

from beastmode.db.migrations.autogenerate.comparison import Comparison, alteration_of, changes_of
from beastmode.db.migrations.autogenerate.enum_types import column_type, quoted
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import in_text, sql_of, without_casts, words_of
from beastmode.db.migrations.autogenerate.scratch import Scratch, scratch_of
from beastmode.db.private_sqlalchemy import copy_of

_FOR_NOW = "/* beast change */"
"""In a default that SQLite has while `beast change` replaces a column, and that no model declares."""


@dataclass(frozen=True)
class _Beside:
    """A column in the models and in the database, and a scratch table to compare them."""

    column: Column[Any]
    there: Column[Any]
    dialect: Dialect
    scratch: Scratch | None
    kind: str

    @property
    def wanted(self) -> str | None:
        """The default of the models."""
        return default_sql(self.column, self.dialect)

    @property
    def old(self) -> str | None:
        """The default of the database."""
        return default_sql(self.there, self.dialect)


def compare_defaults(comparison: Comparison) -> None:
    """Change the defaults that differ between the models and the database."""
    enums, dialect = known_enums(comparison), comparison.connection.dialect
    for table in comparison.existing():
        _leave_out(changes_of(comparison.upgrade, table))
        there = comparison.table_there(table).columns
        changes = []
        with scratch_of(comparison.connection, table, enums) as scratch:
            for column in table.columns:
                if column.name in there:
                    kind = column_type(column.type, dialect, enums)
                    beside = _Beside(column, there[column.name], dialect, scratch, kind)
                    if _is_other(beside):
                        changes.append((beside, _before(beside)))
        for beside, default in changes:
            alteration = alteration_of(comparison, beside.there)
            alteration.existing_server_default = default
            alteration.modify_server_default = beside.column.server_default


def _leave_out(changes: list[MigrateOperation]) -> None:
    """Remove the changes that Alembic itself found: some of its versions compare identities, and others do not."""
    for operation in [one for one in changes if isinstance(one, AlterColumnOp)]:
        operation.modify_server_default = False
        if not operation.has_changes():
            changes.remove(operation)


def _is_other(beside: _Beside) -> bool:
    """Whether the models declare another default; computed columns and identities are compared elsewhere."""
    is_computed = any(isinstance(one.server_default, Computed) for one in (beside.column, beside.there))
    if is_computed or isinstance(beside.column.server_default, Identity):
        return False
    wanted, old = beside.wanted, beside.old
    if wanted is None and old is not None and (_is_serial(beside.column, old) or _FOR_NOW in old):
        return False
    if wanted is None or old is None:
        return wanted is not old
    if beside.scratch is not None:
        return beside.scratch.default(beside.kind, wanted) != old
    return words_of(wanted) != words_of(old)


def _is_serial(column: Column[Any], old: str) -> bool:
    """Whether PostgreSQL created the default itself, for a serial column."""
    return old.startswith("nextval(") and column is column.table.autoincrement_column


def default_sql(column: Column[Any], dialect: Dialect) -> str | None:
    """The default of a column as SQL; None if it has none, or one of another kind."""
    default = column.server_default
    if not isinstance(default, DefaultClause):
        return None
    return quoted(default.arg) if isinstance(default.arg, str) else sql_of(default.arg, dialect)


def _before(beside: _Beside) -> Any:
    """The existing default, without PostgreSQL's casts if that gives the same default."""
    old = beside.old
    if old is None:
        return None
    if beside.scratch is not None and beside.scratch.default(beside.kind, without_casts(old)) == old:
        return DefaultClause(text(in_text(without_casts(old))))
    return beside.there.server_default


def added_with(table: str, schema: str | None, column: Column[Any], sql: str) -> tuple[AddColumnOp, AlterColumnOp]:
    """The operations that add a required column with a default for existing rows, and drop the default again.

    Args:
        table: The name of its table.
        schema: The schema of the table.
        column: The column; it is not changed.
        sql: The default.
    """
    filled = copy_of(column)
    filled.server_default = DefaultClause(text(sql))
    last = AlterColumnOp(
        table,
        filled.name,
        schema=schema,
        existing_type=filled.type,
        existing_nullable=False,
        existing_server_default=filled.server_default,
        modify_server_default=None,
    )
    return AddColumnOp(table, filled, schema=schema), last

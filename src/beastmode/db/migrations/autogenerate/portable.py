"""PostgreSQL's own form of expressions, simplified so that SQLite understands it too."""

from typing import Any

from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp, ModifyTableOps
from sqlalchemy import CheckConstraint, Column, Computed, DefaultClause, text
from sqlalchemy.sql.elements import conv

from beastmode.db.migrations.autogenerate.checks import Check, restoring
from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.enum_types import column_type
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import in_text, sql_of, without_casts
from beastmode.db.migrations.autogenerate.scratch import definitions_of, scratch_like, scratch_with
from beastmode.db.migrations.private_alembic import set_way_back, way_back_of


def make_portable(comparison: Comparison) -> None:
    """Remove PostgreSQL's casts from the downgrade, if the result is the same."""
    if not comparison.is_postgresql:
        return
    for operation in comparison.upgrade.ops:
        if isinstance(operation, DropTableOp):
            _of_table(comparison, operation)
        elif isinstance(operation, ModifyTableOps):
            for change in operation.ops:
                _of_change(comparison, change)


def _of_change(comparison: Comparison, change: object) -> None:
    """The previous default of a column."""
    if isinstance(change, AlterColumnOp) and change.existing_server_default:
        kind = change.existing_type
        if kind is not None:
            change.existing_server_default = _plainer(comparison, change.existing_server_default, kind)
    elif isinstance(change, DropColumnOp) and (made := way_back_of(change)) is not None:
        _of_column(comparison, made.column, change.table_name, change.schema)


def _of_table(comparison: Comparison, operation: DropTableOp) -> None:
    """The defaults and checks of a dropped table."""
    made = operation.reverse()
    definitions = definitions_of(comparison.connection, operation.table_name, operation.schema)
    parts: list[Any] = []
    for column in [one for one in made.columns if isinstance(one, Column)]:
        _of_column(comparison, column, operation.table_name, operation.schema)
    with scratch_like(comparison.connection, operation.table_name, operation.schema) as like:
        for part in made.columns:
            if isinstance(part, CheckConstraint) and part.name:
                name, sql = str(part.name), sql_of(part.sqltext, comparison.connection.dialect)
                check = Check(operation.table_name, operation.schema, name, sql, definitions.get(name, ""))
                parts.append(CheckConstraint(in_text(restoring(like, check)), name=conv(name)))
            else:
                parts.append(part)
    made.columns = parts
    set_way_back(operation, made)


def _of_column(comparison: Comparison, column: Column[Any], table: str, schema: str | None) -> None:
    """The default or the computed expression of a dropped column."""
    if isinstance(column.server_default, Computed):
        said = sql_of(column.server_default.sqltext, comparison.connection.dialect)
        with scratch_like(comparison.connection, table, schema) as scratch:
            kind = column_type(column.type, comparison.connection.dialect, known_enums(comparison))
            if scratch is not None and scratch.computed(kind, without_casts(said)) == said:
                computed = Computed(in_text(without_casts(said)), persisted=column.server_default.persisted)
                column.server_default = column.computed = computed
        return
    column.server_default = _plainer(comparison, column.server_default, column.type)


def _plainer(comparison: Comparison, default: Any, kind: Any) -> Any:
    """A default without casts, if PostgreSQL stores it in the same form as before."""
    if not isinstance(default, DefaultClause) or isinstance(default.arg, str):
        return default
    dialect = comparison.connection.dialect
    said = sql_of(default.arg, dialect)
    plain = without_casts(said)
    if plain != said:
        with scratch_with(comparison.connection, "nothing integer") as scratch:
            column = column_type(kind, dialect, known_enums(comparison))
            if scratch is not None and scratch.default(column, plain) == said:
                return DefaultClause(text(in_text(plain)))
    return default

"""What SQLite's tables keep when Alembic alters them by copying."""

import re
from collections import defaultdict
from typing import Any

from sqlalchemy import CheckConstraint, Computed, Connection, Table, text

from beastmode.db.migrations.autogenerate.expressions import words_of
from beastmode.db.private_sqlalchemy import belongs_to_type

_AUTOINCREMENT = re.compile(r"\bAUTOINCREMENT\b", re.IGNORECASE)
_INDEXES = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :table")
_TRIGGERS = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table ORDER BY rowid")


def keep_everything(impl: Any) -> None:
    """Make batch migrations keep what SQLAlchemy does not read from the old table.

    SQLite cannot alter most of a table, so Alembic copies it into a new one. Without this, AUTOINCREMENT, unnamed
    checks, triggers, expression indexes and the order of indexed columns would be lost; a computed column, or a check
    on a dropped column, would make the copy fail.

    Args:
        impl: Alembic's implementation for SQLite.
    """
    indexes: dict[str, list[str]] = defaultdict(list)
    triggers: dict[str, list[str]] = defaultdict(list)
    rename = impl.rename_table

    def prepare(batch: Any, table: Table) -> None:
        _keep_autoincrement(impl.connection, batch, table)
        _leave_computed(batch)
        _keep_checks(batch, table)
        indexes[table.name] = _taken_indexes(impl.connection, batch, table)
        triggers[table.name] = _taken_triggers(impl.connection, batch, table)

    def rename_table(old: str, new: Any, schema: Any = None) -> None:
        rename(old, new, schema=schema)
        for sql in [*indexes.pop(str(new), []), *triggers.pop(str(new), [])]:
            impl.execute(text(sql.replace(":", "\\:")))  # which also writes it where SQL is written

    impl.prep_table_for_batch = prepare
    impl.rename_table = rename_table


def _keep_autoincrement(connection: Connection, batch: Any, table: Table) -> None:
    """Keep AUTOINCREMENT, unless the migration says otherwise."""
    if "sqlite_autoincrement" not in batch.table_kwargs and has_autoincrement(connection, table.name):
        batch.new_table.dialect_kwargs["sqlite_autoincrement"] = True


def has_autoincrement(connection: Connection, table: str) -> bool:
    """Whether SQLite never reuses the ID of a deleted row of this table.

    Args:
        connection: A connection to an SQLite database.
        table: Its name.
    """
    statement = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    created = connection.scalar(statement, {"name": table})
    return created is not None and _AUTOINCREMENT.search(created) is not None


def _leave_computed(batch: Any) -> None:
    """Computed columns are not copied."""
    for name, column in batch.columns.items():
        if isinstance(column.server_default, Computed):
            batch.column_transfers[name].pop("expr", None)


def _keep_checks(batch: Any, table: Table) -> None:
    """Keep unnamed checks, and drop those of dropped columns."""
    gone = {column.name for column in table.columns} - set(batch.columns)
    new = batch.new_table
    for check in [one for one in new.constraints if isinstance(one, CheckConstraint)]:
        if gone & _words_in(check, table):
            new.constraints.remove(check)
    for check in [one for one in table.constraints if isinstance(one, CheckConstraint) and not one.name]:
        if not gone & _words_in(check, table) and not belongs_to_type(check):
            new.append_constraint(CheckConstraint(check.sqltext))


def _words_in(check: CheckConstraint, table: Table) -> set[str]:
    """The words in a check, including its columns."""
    names = {column.name for column in table.columns}
    return names & set(words_of(str(check.sqltext)))


def _taken_indexes(connection: Connection, batch: Any, table: Table) -> list[str]:
    """The SQL of the indexes that are created again; those of renamed or dropped columns are left to Alembic."""
    read = {str(index.name) for index in table.indexes}
    kept = {name for name in batch.column_transfers if "name" not in batch.column_transfers[name]}
    changed = {column.name for column in table.columns} - kept
    taken = []
    for name, sql in connection.execute(_INDEXES, {"table": table.name}):
        is_dropped = name in read and name not in batch.indexes
        if not is_dropped and not changed & set(words_of(sql)):
            batch.indexes.pop(name, None)
            taken.append(sql)
    return taken


def _taken_triggers(connection: Connection, batch: Any, table: Table) -> list[str]:
    """The SQL of the triggers, which go with the old table; those that name a dropped column do not come back."""
    gone = {column.name for column in table.columns} - set(batch.columns)
    found = connection.scalars(_TRIGGERS, {"table": table.name})
    return [sql for sql in found if not gone & set(words_of(sql))]

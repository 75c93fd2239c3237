"""Account IDs are never reused: a reference to one account must never mean another."""

from sqlalchemy import Engine, Table, inspect
from sqlalchemy.dialects import sqlite

from beastmode.core.errors import BeastmodeError
from beastmode.db.migrations import has_autoincrement


def never_reuse_ids(table: Table) -> None:
    """Make SQLite create a table that never reuses the ID of a deleted row.

    By default SQLite uses the largest ID plus one, which is the ID of a deleted row if that was the last one
    (https://www.sqlite.org/autoinc.html). Nothing changes on PostgreSQL, whose sequences only go forward, or if the
    project generates the IDs itself.

    Args:
        table: The table of accounts.
    """
    if _is_numbered(table):
        table.dialect_kwargs["sqlite_autoincrement"] = True


def _is_numbered(table: Table) -> bool:
    """Whether SQLite generates the IDs: the key is one column of exactly the type INTEGER."""
    key = table.autoincrement_column
    if key is None or len(table.primary_key) > 1 or table.dialect_kwargs.get("sqlite_with_rowid") is False:
        return False
    return key.type.compile(dialect=sqlite.dialect()) == "INTEGER"


def reuses_ids(engine: Engine, table: Table) -> bool:
    """Whether a database has a table that reuses the ID of a deleted row.

    Args:
        engine: The database's.
        table: The table of accounts.
    """
    if engine.dialect.name != "sqlite" or not _is_numbered(table):
        return False
    with engine.connect() as connection:
        return inspect(connection).has_table(table.name) and not has_autoincrement(connection, table.name)


def refuse_reused_ids(engine: Engine, table: Table) -> None:
    """Do nothing if IDs are never reused.

    Args:
        engine: The engine of the database.
        table: The table of accounts.

    Raises:
        BeastmodeError: The table was created without AUTOINCREMENT.
    """
    if reuses_ids(engine, table):
        raise BeastmodeError(
            f"SQLite would give the ID of a deleted account to the next new account, because the table {table.name} "
            "was created without AUTOINCREMENT. Add the migration shown in docs/how-to/log-users-in.md under "
            '"IDs are never reused", and run `flask db upgrade`.'
        )

"""Ids of accounts, each given out once: what names one must never mean somebody else."""

from sqlalchemy import Engine, Table, inspect
from sqlalchemy.dialects import sqlite

from beastmode.core.errors import BeastmodeError
from beastmode.db.migrations import has_autoincrement

__all__ = ["never_reuse_ids", "refuse_reused_ids", "reuses_ids"]


def never_reuse_ids(table: Table) -> None:
    """Have SQLite create a table so that the id of a deleted row is never given to another one.

    By default SQLite takes the largest id plus one, which is a deleted row's where that was the last
    (https://www.sqlite.org/autoinc.html). Nothing changes for PostgreSQL, whose sequences do not go back, nor where the
    project itself makes the ids.

    Args:
        table: The table of accounts.
    """
    if is_numbered(table):
        table.dialect_kwargs["sqlite_autoincrement"] = True


def is_numbered(table: Table) -> bool:
    """Whether SQLite itself makes up the ids: the key is one column of the very type INTEGER."""
    key = table.autoincrement_column
    if key is None or len(table.primary_key) > 1 or table.dialect_kwargs.get("sqlite_with_rowid") is False:
        return False
    return key.type.compile(dialect=sqlite.dialect()) == "INTEGER"


def reuses_ids(engine: Engine, table: Table) -> bool:
    """Whether a database has a table that gives the id of a deleted row to the next one.

    Args:
        engine: The database's.
        table: The table of accounts.
    """
    if engine.dialect.name != "sqlite" or not is_numbered(table):
        return False
    with engine.connect() as connection:
        return inspect(connection).has_table(table.name) and not has_autoincrement(connection, table.name)


def refuse_reused_ids(engine: Engine, table: Table) -> None:
    """Do nothing if ids are given out once.

    Args:
        engine: The database's.
        table: The table of accounts.

    Raises:
        BeastmodeError: The table was created before its ids were kept apart.
    """
    if reuses_ids(engine, table):
        raise BeastmodeError(
            f"SQLite would give the id of a deleted account to the next new account, because the table {table.name} "
            "was created without AUTOINCREMENT. Add the migration shown in docs/how-to/log-users-in.md under "
            '"IDs are never reused", and run `flask db upgrade`.'
        )

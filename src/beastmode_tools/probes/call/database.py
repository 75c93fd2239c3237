"""Brings the scratch database back to what it held, after a request that wrote into it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

__all__ = ["Restorable", "restorable"]

PATIENCE = 2
"""Seconds to wait for a lock; nobody else is in the database but the request that just ended."""


class Restorable:
    """A database whose content can be brought back."""

    def restore(self) -> None:
        """Makes it hold what it held at the beginning."""
        raise NotImplementedError


class SqliteRestorable(Restorable):
    """An SQLite file, kept in memory and written back by SQLite's own copy.

    Args:
        path: The file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.kept = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(path)) as source:
            source.backup(self.kept)

    def restore(self) -> None:
        """Writes the file back as it was."""
        with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as target:
            self.kept.backup(target)


class TablesRestorable(Restorable):
    """A database on a server, whose tables are kept as copies in a schema of their own.

    Args:
        engine: Of the scratch database.
    """

    KEPT = "beast_kept"

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA IF EXISTS {} CASCADE".format(self.KEPT))
            connection.exec_driver_sql("CREATE SCHEMA {}".format(self.KEPT))
            self.script = ["SET LOCAL session_replication_role = replica"]
            for number, (schema, name) in enumerate(ordinary_tables(connection)):
                table = "{}.{}".format(quoted(schema), quoted(name))
                kept = "{}.t{}".format(self.KEPT, number)
                columns = ", ".join(quoted(column) for column in plain_columns(connection, schema, name))
                if columns:
                    connection.exec_driver_sql("CREATE TABLE {} AS SELECT {} FROM {}".format(kept, columns, table))
                    self.script.append("DELETE FROM {}".format(table))
                    self.script.append(
                        "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT * FROM {}".format(table, columns, kept)
                    )

    def restore(self) -> None:
        """Empties and fills every table in one go, with triggers and foreign keys asleep."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '{}s'".format(PATIENCE))
            for statement in self.script:
                connection.exec_driver_sql(statement)


def restorable(url: str, engine: Any) -> Restorable:
    """The scratch database, as it is now."""
    if url.startswith("sqlite"):
        return SqliteRestorable(url.split("///", 1)[1].split("?", 1)[0])
    return TablesRestorable(engine)


def ordinary_tables(connection: Any) -> list[tuple[str, str]]:
    """Schema and name of every table that holds rows."""
    rows = connection.exec_driver_sql(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', '"
        + TablesRestorable.KEPT
        + "')"
        " AND n.nspname NOT LIKE 'pg\\_%%' ORDER BY 1, 2"
    )
    return [(row[0], row[1]) for row in rows]


def plain_columns(connection: Any, schema: str, name: str) -> list[str]:
    """The columns of a table that may be written."""
    rows = connection.exec_driver_sql(
        "SELECT attname FROM pg_attribute WHERE attrelid = '{}.{}'::regclass AND attnum > 0".format(
            quoted(schema).replace("'", "''"), quoted(name).replace("'", "''")
        )
        + " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    )
    return [row[0] for row in rows]


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"{}"'.format(name.replace('"', '""').replace("%", "%%"))

"""Which locks a statement took on PostgreSQL, and whether it rewrote a table: measured, not guessed."""

from __future__ import annotations

import re
from typing import Any

from .schema import rows

__all__ = ["LockWatcher"]

TABLES = """
    SELECT c.oid::bigint, CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END || c.relname,
        c.relfilenode::bigint
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"""
LOCKS = """
    SELECT relation::bigint, mode FROM pg_locks
    WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted
        AND mode NOT IN ('AccessShareLock', 'RowShareLock')"""
SCANS = """
    SELECT c.oid::bigint, pg_stat_get_xact_numscans(c.oid) FROM pg_class c
    WHERE c.relkind IN ('r', 'm', 'p') AND pg_stat_get_xact_numscans(c.oid) > 0"""
CHECKED = """
    SELECT conrelid::bigint, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND convalidated"""
NOT_NULL = re.compile(r"\bALTER\s+(?:COLUMN\s+)?(\w+|\"[^\"]+\")\s+SET\s+NOT\s+NULL\b", re.IGNORECASE)
NEW_FILE_ONLY = re.compile(r"^\s*(TRUNCATE|CREATE|DROP)\b", re.IGNORECASE)


class LockWatcher:
    """Looks before and after each statement of a migration, on the migration's own connection."""

    def __init__(self) -> None:
        self.tables: dict[int, tuple[str, int]] = {}
        self.locks: set[tuple[int, str]] = set()
        self.scans: dict[int, int] = {}

    def before(self, connection: Any) -> None:
        """Remembers how it is."""
        if not self.usable(connection):
            return
        self.tables = {oid: (name, file) for oid, name, file in rows(connection, TABLES)}
        self.locks = set(rows(connection, LOCKS))
        self.scans = dict(rows(connection, SCANS))

    def after(self, connection: Any, statement: str) -> list[dict[str, Any]]:
        """What the statement did to tables that were there before it, each as a note.

        {"table", "modes", "new", "rewritten", "checked": whether constraints had ruled out NULL before, "scanned":
        whether the whole table was read, None where the transaction is over and nobody knows, "sql"}
        """
        if not self.usable(connection) or not self.tables:
            return []
        files = {oid: file for oid, _name, file in rows(connection, TABLES)}
        held, scans = set(rows(connection, LOCKS)), dict(rows(connection, SCANS))
        found = []
        for oid, (name, file) in self.tables.items():
            modes = sorted(mode for relation, mode in held if relation == oid)
            rewritten = oid in files and files[oid] != file and not NEW_FILE_ONLY.match(statement)
            new = sorted(mode for relation, mode in held - self.locks if relation == oid)
            if rewritten or new or (modes and re.search(r"\b{}\b".format(re.escape(name.split(".")[-1])), statement)):
                note = {"table": name, "modes": modes, "new": new, "rewritten": rewritten}
                note["checked"] = is_checked(connection, oid, statement)
                note["scanned"] = scans.get(oid, 0) > self.scans.get(oid, 0) if modes else None
                found.append({**note, "sql": " ".join(statement.split())[:500]})
        return found

    def usable(self, connection: Any) -> bool:
        """Whether it is a PostgreSQL whose transaction can still be asked."""
        return bool(connection.dialect.name == "postgresql")


def is_checked(connection: Any, table: int, statement: str) -> bool:
    """Whether validated checks say of every column that becomes NOT NULL that it is: PostgreSQL reads no row then."""
    columns = [name.strip('"') for name in NOT_NULL.findall(statement)]
    if not columns:
        return False
    checks = {text.replace('"', "") for of, text in rows(connection, CHECKED) if of == table}
    return all(f"CHECK (({name} IS NOT NULL))" in checks for name in columns)

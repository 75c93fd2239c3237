"""Which locks a migration held on tables that were there before, and what it did meanwhile."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from beastmode_tools.guard.migrations.compare.proved.facts import TableLocked

__all__ = ["Lock", "locked_tables"]

STRENGTH = (
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
BLOCKS_WRITES = STRENGTH.index("ShareLock")
NOT_NULL = re.compile(r"\bSET\s+NOT\s+NULL\b", re.IGNORECASE)
SCANS = re.compile(
    rf"{NOT_NULL.pattern}|\bADD\s+(CONSTRAINT\s+\S+\s+)?(CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b|"
    r"^\s*CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)|^\s*ALTER\b.*\bREFERENCES\b",
    re.IGNORECASE | re.DOTALL,
)
TARGET = re.compile(r"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?([\w.\"]+)", re.IGNORECASE)
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|WITH|COPY)\b", re.IGNORECASE)
FOREIGN = re.compile(r"\b(FOREIGN|REFERENCES)\b", re.IGNORECASE)
WITHOUT_SCAN = re.compile(r"\bNOT\s+VALID\b|\bUSING\s+INDEX\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lock:
    """What one statement did to one table.

    Args:
        table: The table.
        modes: The locks that are held behind the statement.
        rewritten: Its file is another one behind the statement.
        sql: The statement.
        line: Of the migration.
        checked: Validated checks had ruled out the NULLs that it forbids.
        scanned: Whether the server read the whole table for it; None where it does not tell.
    """

    table: str
    modes: tuple[str, ...]
    rewritten: bool
    sql: str
    line: int = 0
    checked: bool = False
    scanned: bool | None = None

    @property
    def strength(self) -> int:
        """How much the strongest lock keeps others from; -1 for none."""
        return max((STRENGTH.index(mode) for mode in self.modes if mode in STRENGTH), default=-1)

    def scans(self, existing: frozenset[str]) -> bool:
        """Whether every row of a table that was there before is read while others wait."""
        if self.rewritten:
            return True
        target = TARGET.match(self.sql)
        if self.strength < BLOCKS_WRITES or (target and target[1].replace('"', "") not in existing):
            return False  # a foreign key from a table that is new, and so empty
        if self.is_measured:
            return bool(self.scanned) and not WRITES.match(self.sql)
        sql = NOT_NULL.sub("", self.sql) if self.checked else self.sql
        return bool(SCANS.search(sql)) and not WITHOUT_SCAN.search(self.sql)

    @property
    def is_measured(self) -> bool:
        """Whether it is known that the table was scanned or was not; a foreign key's rows are looked up by an index."""
        return self.rewritten or bool(self.scanned) or (self.scanned is False and not FOREIGN.search(self.sql))


def locked_tables(
    locks: Sequence[Lock], existing: frozenset[str], told: dict[str, Any], big_tables: Sequence[str]
) -> Iterator[TableLocked]:
    """The worst that happened to each table, of those that were there before and that others write into meanwhile.

    Args:
        locks: In the order of the statements.
        existing: Tables that were there before the change.
        told: What every fact of the revision says.
        big_tables: Tables that hold many rows in production; () for "any may".
    """
    for table in sorted({lock.table for lock in locks} & existing):
        of_table = [lock for lock in locks if lock.table == table and lock.strength >= BLOCKS_WRITES]
        if not of_table:
            continue
        worst = max(of_table, key=lambda lock: (lock.rewritten, lock.scans(existing), lock.strength))
        where = f"{told['where']}:{worst.line}" if worst.line else told["where"]
        yield TableLocked(
            **{**told, "where": where},
            table=table,
            mode=STRENGTH[worst.strength],
            rewritten=worst.rewritten,
            scanned=worst.scans(existing),
            measured=worst.is_measured,
            big=not big_tables or table in big_tables,
            statement=worst.sql,
        )

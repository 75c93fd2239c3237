"""Tables that come, go, move, and are changed as a whole."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import TableRebuilt
from beastmode_tools.guard.migrations.compare.operations import (
    AlterColumn,
    AlterTable,
    CreateTable,
    DropTable,
    LockTable,
    RenameTable,
)
from beastmode_tools.guard.migrations.rules.finding import at, found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

GUARDS = ("DISABLE TRIGGER", "DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY", "DETACH PARTITION")


@rule("table-created-from-query", Verdict.CAUTIOUS, CreateTable)
def created_from_query(op: CreateTable) -> Iterator[Found]:
    """A table that is filled while it is created."""
    if op.from_query:
        yield found(
            op,
            f"The table {op.table} is filled from a query within the migration: it has no constraints, defaults or "
            "indexes, and rows written meanwhile are not in it.",
            "Create the table with its constraints, and copy rows in batches.",
        )


@rule("table-dropped", Verdict.DANGEROUS, DropTable)
def dropped(op: DropTable) -> Iterator[Found]:
    """A table that old code still uses."""
    if op.known.new_table:
        return
    more = " What depends on it goes too (CASCADE)." if op.cascade else ""
    again = " It is made again under the same name: what is not copied before is lost." if op.known.recreated else ""
    yield found(
        op,
        f"The table {op.table} is dropped: its rows are gone, and code that still runs uses it.{more}{again}",
        "First release code that no longer uses the table; keep a copy; drop it in a later release.",
    )


@rule("table-renamed", Verdict.DANGEROUS, RenameTable)
def renamed(op: RenameTable) -> Iterator[Found]:
    """A table that old code does not find any more."""
    if not op.known.new_table:
        yield found(
            op,
            f"The table {op.table} becomes {op.new_name}: code that still runs asks for {op.table}.",
            f'Keep the table\'s name and rename the class alone (__tablename__ = "{op.table}"), or leave a view with '
            "the old name until no old code runs.",
        )


@rule("table-rebuilt", Verdict.SAFE, TableRebuilt)
def rebuilt(change: TableRebuilt) -> Iterator[Found]:
    """A batch that SQLite does by copying."""
    yield at(
        change.place,
        f"On SQLite {change.table} is copied into a new table and renamed; constraints without a name and triggers are "
        "not copied.",
        "",
        f"batch {change.table}",
    )


@rule("table-locked", Verdict.DANGEROUS, LockTable)
def locked(op: LockTable) -> Iterator[Found]:
    """A lock that is asked for."""
    if op.known.new_table:
        return
    weak = op.mode.startswith(("ACCESS SHARE", "ROW", "SHARE UPDATE"))
    yield found(
        op,
        f"{op.table} is locked ({op.mode}) until the migration ends: who wants to "
        f"{'change its schema' if weak else 'use it'} waits.",
        "Leave the lock out and do the work in small transactions; if it must be, set lock_timeout before.",
        verdict=Verdict.CAUTIOUS if weak else None,
    )


@rule("table-option-changed", Verdict.CAUTIOUS, AlterTable)
def option_changed(op: AlterTable) -> Iterator[Found]:
    """Another kind of ALTER TABLE."""
    if op.known.new_table:
        return
    protects = op.action.startswith(GUARDS)
    heavy = op.action.startswith(("SET LOGGED", "SET UNLOGGED", "SET TABLESPACE", "SET ACCESS METHOD"))
    effect = (
        "what protected or held its rows no longer does"
        if protects
        else "the whole table is rewritten under a lock"
        if heavy
        else "who uses the table may see another behaviour"
    )
    yield found(
        op,
        f"{op.table}: {op.action}: {effect}.",
        "Say in the migration why this is right while old code runs, and put it back in the downgrade.",
        verdict=Verdict.DANGEROUS if protects or heavy else None,
    )


@rule("identity-changed", Verdict.CAUTIOUS, AlterColumn)
def identity_changed(op: AlterColumn) -> Iterator[Found]:
    """How a key counts."""
    if op.identity and not op.known.new_table:
        yield found(
            op,
            f"{op.table}.{op.column} counts in another way: who inserts with, or without, a value may be refused.",
            "Make sure that old code's inserts still work, and that the counter starts above the largest value.",
        )


RULES = (
    created_from_query,
    dropped,
    renamed,
    rebuilt,
    locked,
    option_changed,
    identity_changed,
)

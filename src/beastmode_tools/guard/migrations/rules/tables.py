"""Tables that come, go, move, and are changed as a whole."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import (
    AlterColumn,
    AlterTable,
    CreateTable,
    DropTable,
    LockTable,
    RenameTable,
)
from beastmode_tools.guard.migrations.rules.finding import cascade_of, found
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]

GUARDS = ("DISABLE TRIGGER", "DISABLE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY", "DETACH PARTITION")
HEAVY = ("SET LOGGED", "SET UNLOGGED", "SET TABLESPACE", "SET ACCESS METHOD")
WEAK = ("ACCESS SHARE", "ROW", "SHARE UPDATE")
"""Locks of PostgreSQL that only keep others from changing the schema."""


@rule("table-option-changed", AlterTable)
def option_changed(op: AlterTable) -> Iterator[Match]:
    """Another kind of ALTER TABLE."""
    if not op.known.new_table:
        message = (
            "protection" if op.action.startswith(GUARDS) else "rewrite" if op.action.startswith(HEAVY) else "other"
        )
        yield found(op, message, verdict=None if message == "other" else Verdict.DANGEROUS)


def is_in_use(op: DropTable | RenameTable | LockTable) -> bool:
    """Whether code that runs may use the table."""
    return not op.known.new_table


RULES = (
    row("rows-copied", CreateTable, lambda op: op.from_query, message="table-created-from-query"),
    row(
        "table-dropped",
        DropTable,
        is_in_use,
        cascade=cascade_of,
        again=lambda op: "; it is created again, without the rows" if op.known.recreated else "",
    ),
    row("table-renamed", RenameTable, is_in_use),
    row(
        "table-locked",
        LockTable,
        lambda op: is_in_use(op) and not op.mode.startswith(WEAK),
        message="strong",
    ),
    row(
        "table-locked",
        LockTable,
        lambda op: is_in_use(op) and op.mode.startswith(WEAK),
        message="weak",
        verdict=Verdict.CAUTIOUS,
    ),
    option_changed,
    row("identity-changed", AlterColumn, lambda op: op.identity and not op.known.new_table),
)

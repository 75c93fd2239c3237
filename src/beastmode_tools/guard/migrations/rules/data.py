"""Rows that a migration writes, and SQL that nobody understood."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import BackfillWithDdl
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql
from beastmode_tools.guard.migrations.rules.finding import at, found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

# Functions that a SELECT may call without changing anything that others see.
QUIET = re.compile(
    r"^(?:now|version|current_\w+|pg_(?:get|catalog|table|relation|sleep|typeof|try_advisory|advisory)\w*|set_config|count|"
    r"max|min|sum|coalesce|lower|upper|nextval|setval|exists|to_regclass|concat|length|cast|extract|array_agg|json\w*|"
    r"string_agg|row_number|over|in|values|any|all|and|or|not|case|when|where|from|select|distinct|on|as|using)$",
    re.IGNORECASE,
)


def on_old_rows(op: ExecuteSql) -> bool:
    """Whether rows are written that were there before the change."""
    return not op.known.new_table


def fills_only(op: ExecuteSql) -> bool:
    """Whether an UPDATE writes only what the change itself added, or only where nothing stands."""
    return op.known.new_column or only_missing(op)


def only_missing(op: ExecuteSql) -> bool:
    """Whether the condition says that what is written was NULL before."""
    text = op.where.lower().replace('"', "")
    return bool(op.columns) and all(
        re.search(
            rf"\b{re.escape(name.lower())}\s+is\s+null\b"
            rf"|\.{re.escape(name.lower())}(?:\.is_\(none\)| is none| == none)",
            text,
        )
        for name in op.columns
    )


@rule("rows-filled", Verdict.CAUTIOUS, ExecuteSql)
def filled(op: ExecuteSql) -> Iterator[Found]:
    """Old rows get a value where they had none."""
    if op.kind == "update" and on_old_rows(op) and fills_only(op):
        yield found(
            op,
            f"Rows of {', '.join(op.tables)} get {', '.join(op.columns) or 'new values'} in one "
            "statement: they stay locked "
            "until the migration ends, and rows that old code writes meanwhile are missed.",
            "Fill in batches by key in an autocommit_block, or in a job; repeat after the last old process is gone.",
        )


@rule("rows-overwritten", Verdict.DANGEROUS, ExecuteSql)
def overwritten(op: ExecuteSql) -> Iterator[Found]:
    """Values that stood there are replaced."""
    if op.kind not in {"update", "merge"} or not on_old_rows(op) or (op.kind == "update" and fills_only(op)):
        return
    how = "some rows" if op.has_where else "every row"
    yield found(
        op,
        f"{how.capitalize()} of {', '.join(op.tables)}: {', '.join(op.columns) or 'values'} is "
        "overwritten, and no downgrade "
        "knows what stood there.",
        "Copy the old values to a column or table of their own first, or write the new ones to a new column.",
        verdict=Verdict.CAUTIOUS if op.has_where else None,
    )


@rule("rows-deleted", Verdict.DANGEROUS, ExecuteSql)
def deleted(op: ExecuteSql) -> Iterator[Found]:
    """Rows go."""
    if op.kind == "delete" and on_old_rows(op):
        which = f"where {op.where}" if op.where else "that match" if op.has_where else "all of them"
        yield found(
            op,
            f"Rows of {', '.join(op.tables)} are deleted ({which}); no downgrade brings them back.",
            "Move the rows to an archive table first, or mark them as deleted.",
            verdict=Verdict.CAUTIOUS if op.has_where else None,
        )


@rule("table-emptied", Verdict.DANGEROUS, ExecuteSql)
def emptied(op: ExecuteSql) -> Iterator[Found]:
    """TRUNCATE."""
    if op.kind == "truncate" and on_old_rows(op):
        more = " Tables that point to it are emptied too (CASCADE)." if op.cascade else ""
        yield found(
            op,
            f"{', '.join(op.tables)} is emptied under a lock.{more}",
            "Move the rows to an archive table first; delete in batches.",
        )


@rule("rows-copied", Verdict.CAUTIOUS, ExecuteSql)
def copied(op: ExecuteSql) -> Iterator[Found]:
    """INSERT ... SELECT into a table that is in use."""
    if op.writes_rows and op.kind == "insert" and not op.known.new_table:
        yield found(
            op,
            f"Rows of {', '.join(op.reads)} are copied to {', '.join(op.tables)} in one statement; a "
            "second run copies them "
            "again.",
            "Copy in batches by key, with ON CONFLICT DO NOTHING, and say how the downgrade tells copies from others.",
        )


@rule("backfill-with-schema-change", Verdict.CAUTIOUS, BackfillWithDdl)
def backfill(change: BackfillWithDdl) -> Iterator[Found]:
    """Rows are written while the lock of a change of schema is held."""
    tables = ", ".join(getattr(change.data, "tables", ()))
    yield at(
        change.data.place,
        f"Rows of {tables} are written in the transaction of {change.schema}: its lock is held until all are done.",
        "Put the statement on rows into a revision of its own, or into an autocommit_block.",
        f"{change.data} with {change.schema}",
        of=(change.data, change.schema),
    )


@rule("sql-not-understood", Verdict.CAUTIOUS, ExecuteSql)
def not_understood(op: ExecuteSql) -> Iterator[Found]:
    """SQL whose effect is not known."""
    if op.kind in {"opaque", "other", "ddl"} or calls_something(op):
        yield found(
            op,
            f"What this SQL does could not be understood: {' '.join(op.sql.split())[:160]}",
            "Read it as a reviewer: what does it lock, what does it lose, does old code still work? Then accept it.",
        )


def calls_something(op: ExecuteSql) -> bool:
    """Whether a SELECT calls a function that may do anything, and reads no table."""
    if op.kind != "select" or op.reads:
        return False
    plain = re.sub(r"'(?:[^']|'')*'", "''", op.sql)
    return any(not QUIET.match(name.rpartition(".")[2]) for name in re.findall(r"([A-Za-z_][\w.]*)\s*\(", plain))


RULES = (
    filled,
    overwritten,
    deleted,
    emptied,
    copied,
    backfill,
    not_understood,
)

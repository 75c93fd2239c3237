"""Rows that a migration writes, and SQL that nobody understood."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import BackfillWithDdl
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

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


def calls_something(op: ExecuteSql) -> bool:
    """Whether a SELECT calls a function that may do anything, and reads no table."""
    if op.kind != "select" or op.reads:
        return False
    plain = re.sub(r"'(?:[^']|'')*'", "''", op.sql)
    return any(not QUIET.match(name.rpartition(".")[2]) for name in re.findall(r"([A-Za-z_][\w.]*)\s*\(", plain))


def tables_of(op: ExecuteSql) -> str:
    """The tables that are written."""
    return ", ".join(op.tables)


def fills(op: ExecuteSql) -> bool:
    """Whether old rows get a value where they had none."""
    return op.kind == "update" and on_old_rows(op) and fills_only(op)


def overwrites(op: ExecuteSql) -> bool:
    """Whether values that stood there are replaced."""
    return op.kind in {"update", "merge"} and on_old_rows(op) and not (op.kind == "update" and fills_only(op))


def if_limited(op: ExecuteSql) -> Verdict | None:
    """A condition limits what is lost."""
    return Verdict.CAUTIOUS if op.has_where else None


def deleted_by(op: ExecuteSql) -> str:
    """Which rows are deleted."""
    return f"where {op.where}" if op.where else "those that match" if op.has_where else "all of them"


def copies(op: ExecuteSql) -> bool:
    """Whether INSERT ... SELECT writes to a table that is in use."""
    return op.writes_rows and op.kind == "insert" and not op.known.new_table


@rule("backfill-with-schema-change", BackfillWithDdl)
def backfill(change: BackfillWithDdl) -> Iterator[Match]:
    """Rows are written while the lock of a change of schema is held."""
    tables = ", ".join(getattr(change.data, "tables", ()))
    yield at(change.data.place, f"{change.data} with {change.schema}", of=(change.data, change.schema), tables=tables)


RULES = (
    row(
        "rows-updated",
        ExecuteSql,
        fills,
        message="rows-filled",
        verdict=Verdict.CAUTIOUS,
        tables=tables_of,
        columns=lambda op: ", ".join(op.columns) or "new values",
    ),
    row(
        "rows-updated",
        ExecuteSql,
        lambda op: overwrites(op) and op.restored,
        message="rows-restored",
        verdict=Verdict.CAUTIOUS,
        which=lambda op: "some rows" if op.has_where else "every row",
        tables=tables_of,
        columns=lambda op: ", ".join(op.columns) or "existing values",
    ),
    row(
        "rows-updated",
        ExecuteSql,
        lambda op: overwrites(op) and not op.restored,
        message="rows-overwritten",
        verdict=if_limited,
        which=lambda op: "some rows" if op.has_where else "every row",
        tables=tables_of,
        columns=lambda op: ", ".join(op.columns) or "existing values",
    ),
    row(
        "rows-deleted",
        ExecuteSql,
        lambda op: op.kind == "delete" and on_old_rows(op),
        message="deleted",
        verdict=if_limited,
        tables=tables_of,
        which=deleted_by,
    ),
    row(
        "rows-deleted",
        ExecuteSql,
        lambda op: op.kind == "truncate" and on_old_rows(op),
        message="table-emptied",
        tables=tables_of,
        cascade=lambda op: ", and so is every table that references it (CASCADE)" if op.cascade else "",
    ),
    row(
        "rows-copied",
        ExecuteSql,
        copies,
        message="copied",
        source=lambda op: ", ".join(op.reads),
        tables=tables_of,
    ),
    backfill,
    row(
        "sql-not-understood",
        ExecuteSql,
        lambda op: op.kind in {"opaque", "other", "ddl"} or calls_something(op),
        sql=lambda op: " ".join(op.sql.split())[:160],
    ),
)

"""Indexes, and names of things."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import AddColumn, CreateIndex, DropIndex, RenameObject
from beastmode_tools.guard.migrations.rules.finding import found, locks_matter
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]

SEEN_BY_CODE = {"view", "materialized view", "type", "schema", "sequence", "function"}


def on_postgresql(op: CreateIndex | DropIndex) -> bool:
    """Whether it may run on PostgreSQL, where CONCURRENTLY means something."""
    return not op.place.dialects or "postgresql" in op.place.dialects


def is_in_transaction(op: CreateIndex | DropIndex) -> bool:
    """Whether the transaction of the migration is open."""
    return not (op.place.in_autocommit or op.known.committed)


def if_big(op: CreateIndex | AddColumn) -> Verdict | None:
    """What a lock for as long as the table is large means."""
    return Verdict.DANGEROUS if op.known.big_table else None


def index_of(op: CreateIndex | DropIndex) -> str:
    """The index, which Alembic may name only when it runs."""
    return op.name or "without a name"


def blocks_writes(op: CreateIndex) -> bool:
    """Whether writes to a table in use wait until it is built."""
    return locks_matter(op) and not op.concurrently and not op.unique


@rule("unique-constraint-added", CreateIndex)
def unique_added(op: CreateIndex) -> Iterator[Match]:
    """An index that refuses rows."""
    if not op.unique or op.known.new_table:
        return
    quick = op.concurrently and not is_in_transaction(op)
    is_eased = quick or (op.known.new_column and not op.known.big_table)
    yield found(
        op,
        "index-concurrently" if quick else "index",
        verdict=Verdict.CAUTIOUS if is_eased else None,
        columns=f"{op.table} ({', '.join(op.columns)})",
    )


def renames_what_code_names(op: RenameObject) -> bool:
    """Whether code and queries name such things."""
    return op.kind in SEEN_BY_CODE


RULES = (
    row(
        "index-locks-writes",
        AddColumn,
        lambda op: op.column.index and locks_matter(op),
        message="column",
        verdict=if_big,
    ),
    row(
        "index-locks-writes",
        CreateIndex,
        lambda op: blocks_writes(op) and op.known.partitioned,
        message="partitioned",
        verdict=if_big,
        index=index_of,
    ),
    row(
        "index-locks-writes",
        CreateIndex,
        lambda op: blocks_writes(op) and not op.known.partitioned,
        message="index",
        verdict=if_big,
        index=index_of,
    ),
    row(
        "concurrently-in-transaction",
        (CreateIndex, DropIndex),
        lambda op: op.concurrently and is_in_transaction(op) and on_postgresql(op),
        message="transaction",
        index=index_of,
    ),
    row(
        "concurrently-in-transaction",
        CreateIndex,
        lambda op: op.concurrently and op.place.in_autocommit and op.known.partitioned,
        message="partitioned",
        index=index_of,
    ),
    unique_added,
    row(
        "index-dropped",
        DropIndex,
        lambda op: not (op.known.new_table or op.known.table_goes),
        index=index_of,
        lock=lambda op: "" if op.concurrently else "; dropping it blocks reads and writes of the table for a moment",
        again=lambda op: "; it is created again" if op.known.recreated else "",
    ),
    row(
        "wide-index",
        CreateIndex,
        # The first two or three columns decide what is found; each more makes writes dearer and is seldom asked for.
        lambda op: len(op.columns) > 3 and not op.unique and not op.known.new_table,
        index=index_of,
        count=lambda op: len(op.columns),
    ),
    row("object-renamed", RenameObject, lambda op: not renames_what_code_names(op), message="by-few"),
    row(
        "object-renamed",
        RenameObject,
        renames_what_code_names,
        message="by-code",
        verdict=Verdict.DANGEROUS,
    ),
)

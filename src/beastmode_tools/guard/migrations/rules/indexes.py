"""Indexes, and names of things."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import AddColumn, CreateIndex, DropIndex, RenameObject
from beastmode_tools.guard.migrations.rules.finding import found, locks_matter
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

SEEN_BY_CODE = {"view", "materialized view", "type", "schema", "sequence", "function"}


def on_postgresql(op: CreateIndex | DropIndex) -> bool:
    """Whether it may run on PostgreSQL, where CONCURRENTLY means something."""
    return not op.place.dialects or "postgresql" in op.place.dialects


@rule("index-locks-writes", Verdict.CAUTIOUS, CreateIndex, AddColumn)
def locks_writes(op: CreateIndex | AddColumn) -> Iterator[Found]:
    """An index that is built while nobody may write."""
    if isinstance(op, AddColumn):
        if op.column.index and locks_matter(op):
            yield found(
                op,
                f"{op.table}.{op.column.name} is added with an index, which is built while nobody can "
                "write to the table.",
                "Add the column without index=True, and build the index concurrently in an autocommit_block.",
                verdict=Verdict.DANGEROUS if op.known.big_table else None,
            )
    elif locks_matter(op) and not op.concurrently and not op.unique:
        yield found(
            op,
            f"The index {op.name or 'without a name'} is built on {op.table} while nobody can write to it.",
            "with op.get_context().autocommit_block(): op.create_index(..., postgresql_concurrently=True, "
            "if_not_exists=True)",
            verdict=Verdict.DANGEROUS if op.known.big_table else None,
        )


@rule("concurrently-in-transaction", Verdict.DANGEROUS, CreateIndex, DropIndex)
def in_transaction(op: CreateIndex | DropIndex) -> Iterator[Found]:
    """CONCURRENTLY where PostgreSQL refuses it."""
    if op.concurrently and not op.place.in_autocommit and on_postgresql(op):
        yield found(
            op,
            f"{op.name}: CONCURRENTLY within the migration's transaction fails on PostgreSQL.",
            "Put it into `with op.get_context().autocommit_block():`.",
        )


@rule("unique-index-added", Verdict.DANGEROUS, CreateIndex)
def unique_added(op: CreateIndex) -> Iterator[Found]:
    """An index that refuses rows."""
    if not op.unique or op.known.new_table:
        return
    quick = op.concurrently and op.place.in_autocommit
    fresh = op.known.new_column
    lock = "" if quick else " and nobody can write while it is built"
    yield found(
        op,
        f"{op.table} ({', '.join(op.columns)}) must be unique: the migration fails where rows are "
        f"equal{lock}; old code "
        "that writes equal rows fails from then on.",
        "Find and mend equal rows first, release code that writes none, then build the index concurrently in an "
        "autocommit_block.",
        verdict=Verdict.CAUTIOUS if quick or (fresh and not op.known.big_table) else None,
    )


@rule("index-dropped", Verdict.CAUTIOUS, DropIndex)
def dropped(op: DropIndex) -> Iterator[Found]:
    """An index that queries may need."""
    if op.known.new_table or op.known.table_goes:
        return
    lock = "" if op.concurrently else " Dropping it waits for, and then stops, everybody who uses the table."
    again = " It is built again." if op.known.recreated else ""
    yield found(
        op,
        f"The index {op.name} goes: queries that use it become slow, and what it kept unique is so no "
        f"more.{lock}{again}",
        "Look at pg_stat_user_indexes whether it is used; drop it concurrently in an autocommit_block.",
    )


@rule("wide-index", Verdict.CAUTIOUS, CreateIndex)
def wide(op: CreateIndex) -> Iterator[Found]:
    """An index on more columns than help."""
    # The first two or three columns decide what is found; each more makes writes dearer and is seldom asked for.
    if len(op.columns) > 3 and not op.unique and not op.known.new_table:
        yield found(
            op,
            f"The index {op.name} is on {len(op.columns)} columns: more than three seldom help a "
            "query, and every write pays.",
            "Index the columns that find few rows; add others by INCLUDE if queries read them.",
        )


@rule("object-renamed", Verdict.CAUTIOUS, RenameObject)
def renamed(op: RenameObject) -> Iterator[Found]:
    """Another name for what is no table or column."""
    seen = op.kind in SEEN_BY_CODE
    who = "code and queries that name it fail" if seen else "code that names it, as in ON CONFLICT, fails"
    yield found(
        op,
        f"The {op.kind} {op.name} becomes {op.new_name}: {who}.",
        "Keep the name, or make sure that nothing that still runs uses the old one.",
        verdict=Verdict.DANGEROUS if seen else None,
    )


RULES = (
    locks_writes,
    in_transaction,
    unique_added,
    dropped,
    wide,
    renamed,
)

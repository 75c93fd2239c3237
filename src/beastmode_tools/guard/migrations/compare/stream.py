"""The operations of a change as the changes that rules judge."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import BackfillWithDdl, ErrorsSwallowed, TableRebuilt
from beastmode_tools.guard.migrations.compare.context import Surroundings, with_context
from beastmode_tools.guard.migrations.compare.inverse import judged_downgrade

__all__ = ["changes_of"]


def changes_of(operations: Sequence[ops.Operation], surroundings: Surroundings) -> Iterator[object]:
    """Every operation of the upgrades with what is known around it, then what they do together, then the downgrades.

    Args:
        operations: Of the new revisions, both directions, in the order in which they run.
        surroundings: What is known besides.
    """
    upgrades = with_types_of_downgrades(operations)
    known = with_context(upgrades, surroundings)
    yield from without_repeats(known)
    revisions = list(dict.fromkeys(op.place.revision for op in operations))
    for revision in revisions:
        up = [op for op in known if op.place.revision == revision]
        down = [op for op in operations if op.place.revision == revision and op.place.direction == "downgrade"]
        yield from together(up)
        yield from judged_downgrade(up, down)


def without_repeats(operations: Sequence[ops.Operation]) -> Iterator[ops.Operation]:
    """Each operation once: one that stands in two branches, or in a loop, is one thing to think about."""
    seen: set[tuple[object, ...]] = set()
    for op in operations:
        key = (
            op.place.revision,
            str(op),
            op.place.in_autocommit,
            op.place.dialects == ("sqlite",),
            op.known.new_table,
        )
        if key not in seen:
            seen.add(key)
            yield op


def with_types_of_downgrades(operations: Sequence[ops.Operation]) -> list[ops.Operation]:
    """The upgrades; a type that changes was before what the downgrade makes of it, where nothing else says so."""
    back = {
        (op.place.revision, op.table, op.column): op
        for op in operations
        if isinstance(op, ops.AlterColumn) and op.place.direction == "downgrade" and op.type_to
    }
    found: list[ops.Operation] = []
    for op in operations:
        if op.place.direction != "upgrade":
            continue
        undo = (
            back.get((op.place.revision, op.table, op.new_name or op.column))
            if isinstance(op, ops.AlterColumn)
            else None
        )
        if isinstance(op, ops.AlterColumn) and op.type_to is not None and op.type_from is None and undo is not None:
            found.append(replace(op, type_from=undo.type_to, enum_from=op.enum_from or undo.enum_to))
        else:
            found.append(op)
    return found


def together(up: Sequence[ops.Operation]) -> Iterator[object]:
    """What the operations of one upgrade do together."""
    swallowed = [op for op in up if op.place.guarded and not op.may_fail_unseen]
    if swallowed:
        yield ErrorsSwallowed(swallowed[0], len(swallowed))
    yield from backfills(up)
    yield from rebuilt(up)


def backfills(up: Sequence[ops.Operation]) -> Iterator[BackfillWithDdl]:
    """Statements on many rows of a table that exists, behind a change of schema in the same transaction."""
    locking: ops.Operation | None = None
    told: set[tuple[str, ...]] = set()
    for op in up:
        if isinstance(op, ops.TransactionControl) and op.command == "COMMIT":
            locking = None
        if op.place.in_autocommit:
            continue
        if op.writes_rows and locking is not None and not op.known.new_table and op.tables not in told:
            told.add(op.tables)
            yield BackfillWithDdl(op, locking)
        if op.locks_table and not op.known.new_table:
            locking = locking or op


def rebuilt(up: Sequence[ops.Operation]) -> Iterator[TableRebuilt]:
    """Tables that a batch copies on SQLite."""
    told: set[str] = set()
    for op in up:
        on_sqlite = op.place.in_batch and (not op.place.dialects or "sqlite" in op.place.dialects)
        for table in op.tables:
            if (
                op.place.in_batch
                and op.rebuilds_on_sqlite
                and on_sqlite
                and not op.known.new_table
                and table not in told
            ):
                told.add(table)
                yield TableRebuilt(table, op.place)

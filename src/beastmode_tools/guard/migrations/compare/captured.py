"""Operations that were read beside those that were seen to run."""

from collections.abc import Iterable, Iterator, Sequence

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun

__all__ = ["differences"]

Key = tuple[str, str]

COPY = "_alembic_tmp_"
"""What Alembic calls the table that a batch fills on SQLite, before it takes the old one's place."""


def differences(
    read: Sequence[ops.Operation], ran: Sequence[ops.Operation], dialect: str, *, went_up: Iterable[str] = ()
) -> Iterator[object]:
    """What was seen in one way only, first in the source, then while running.

    Args:
        read: Operations of the revisions' source.
        ran: Operations of the same revisions and directions that ran.
        dialect: On which they ran.
        went_up: Revisions whose upgrade ran, even if it did nothing.
    """
    directions = {*map(direction_of, ran), *((revision, "upgrade") for revision in went_up)}
    readable = {(op.place.revision, op.place.direction) for op in read}
    source = {(key, direction_of(op)): op for op in read for key in op.traces}
    seen = {(key, direction_of(op)): op for op in ran for key in op.traces}
    for name, op in source.items():
        if direction_of(op) in directions and name not in seen:
            expected = bool(op.place.condition) or (bool(op.place.dialects) and dialect not in op.place.dialects)
            yield SeenOnlyInSource(op, str(op), dialect, expected)
    copied = {table.removeprefix(COPY) for op in ran for table in op.tables if table.startswith(COPY)}
    for name, op in seen.items():
        if is_copying(op, copied):
            continue
        # What could not be read there has been said already, and here is what it was.
        if direction_of(op) in readable and name not in source:
            yield SeenOnlyWhenRun(op, str(op), dialect)


def is_copying(op: ops.Operation, copied: set[str]) -> bool:
    """Whether it is a step of a batch, which the source says in other words."""
    if any(table.startswith(COPY) for table in op.tables):
        return True
    again = isinstance(op, ops.DropTable | ops.CreateIndex)
    return again and not copied.isdisjoint(op.tables)


def direction_of(op: ops.Operation) -> Key:
    """Revision and direction."""
    return op.place.revision, op.place.direction

"""Operations that were read beside those that were seen to run."""

from collections.abc import Iterable, Iterator, Sequence

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.names import data_statement, name_of, tables_of

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
    source = {(key, direction_of(op)): op for op in read for key in keys_of(op)}
    seen = {(key, direction_of(op)): op for op in ran for key in keys_of(op)}
    for name, op in source.items():
        if direction_of(op) in directions and name not in seen:
            expected = bool(op.place.condition) or (bool(op.place.dialects) and dialect not in op.place.dialects)
            yield SeenOnlyInSource(op, name_of(op), dialect, expected)
    copied = {table.removeprefix(COPY) for op in ran for table in tables_of(op) if table.startswith(COPY)}
    for name, op in seen.items():
        if is_copying(op, copied):
            continue
        # What could not be read there has been said already, and here is what it was.
        if direction_of(op) in readable and name not in source and is_change(op):
            yield SeenOnlyWhenRun(op, data_statement(op) if isinstance(op, ops.ExecuteSql) else name_of(op), dialect)


def is_copying(op: ops.Operation, copied: set[str]) -> bool:
    """Whether it is a step of a batch, which the source says in other words."""
    if any(table.startswith(COPY) for table in tables_of(op)):
        return True
    again = isinstance(op, ops.DropTable | ops.CreateIndex)
    return again and not copied.isdisjoint(tables_of(op))


def direction_of(op: ops.Operation) -> Key:
    """Revision and direction."""
    return op.place.revision, op.place.direction


def is_change(op: ops.Operation) -> bool:
    """Whether it leaves a trace in the database."""
    quiet = (ops.SetSetting, ops.TransactionControl, ops.NoOperations, ops.UsesApplication, ops.Unreadable)
    return not isinstance(op, quiet) and not (
        isinstance(op, ops.ExecuteSql) and op.kind in {"select", "other", "opaque"}
    )


def keys_of(op: ops.Operation) -> list[str]:
    """What an operation does, coarse enough that a captured one has the same keys; none for what leaves no trace."""
    if not is_change(op):
        return []
    if isinstance(op, ops.ExecuteSql):
        return [f"{op.kind} {table}" for table in op.tables]
    if isinstance(op, ops.BulkInsert):
        return [f"insert {op.table}"]
    if isinstance(op, ops.AlterColumn):
        return [f"alter {op.table}.{op.column} {what}" for what, is_there in parts_of(op) if is_there]
    if isinstance(op, ops.AddConstraint):
        return [f"constraint {op.table}.{op.constraint.kind}.{op.constraint.name or ','.join(op.constraint.columns)}"]
    return [name_of(op)]


def parts_of(op: ops.AlterColumn) -> list[tuple[str, bool]]:
    """Which of its parts an ALTER COLUMN changes."""
    return [
        ("rename", op.new_name is not None),
        ("type", op.type_to is not None),
        ("null", op.nullable is not None),
        ("default", bool(op.default_change)),
    ]

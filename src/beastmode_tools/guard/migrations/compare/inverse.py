"""Whether a downgrade takes back what its upgrade did."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import (
    DowngradeDropsMore,
    DowngradeEmpty,
    DowngradeIncomplete,
    DowngradeUnnamed,
    DowngradeUnreadable,
    EnumLeftBehind,
)

__all__ = ["judged_downgrade"]

Operations = Sequence[ops.Operation]


def judged_downgrade(up: Operations, down: Operations) -> Iterator[object]:
    """What is wrong with the downgrade of one revision.

    Args:
        up: Operations of its upgrade.
        down: Operations of its downgrade.
    """
    for op in down:
        if isinstance(op, ops.DropConstraint) and op.name is None:
            yield DowngradeUnnamed(op, op.table)
        elif isinstance(op, ops.Unreadable):
            yield DowngradeUnreadable(op, op.source, op.reason)
    nothing = next((op for op in down if isinstance(op, ops.NoOperations)), None)
    if nothing is not None:
        yield from empty(nothing, up)
        return
    is_known = not any(op.is_opaque for op in down)
    if is_known and not any(op.is_opaque for op in up):
        yield from incomplete(up, down)
        yield from extra(up, down)
    if is_known:
        yield from enums_left(up, down)


def empty(nothing: ops.NoOperations, up: Operations) -> Iterator[DowngradeEmpty]:
    """That there is no downgrade, if there is something to undo."""
    made = steps_of(up)
    undone = [op for op in up if op.can_be_undone and not op.is_undone_at_once(made)]
    if undone:
        yield DowngradeEmpty(nothing, tuple(dict.fromkeys(map(str, undone))), any(op.loses for op in undone))


def steps_of(operations: Operations) -> set[ops.Step]:
    """Everything that operations do to the schema."""
    return {step for op in operations for step in op.steps}


def incomplete(up: Operations, down: Operations) -> Iterator[DowngradeIncomplete]:
    """What the downgrade leaves."""
    given, made = steps_of(down), steps_of(up)
    tables = {step[1] for step in given | made if step[0] == "drop table"}
    columns = {step[1:] for step in given if step[0] == "drop column"}
    renamed = {step[2]: step[1] for step in made if step[0] == "rename table"}
    missing = [
        str(op)
        for op in up
        for step in op.undone_by
        if step not in given
        and not op.goes_with(tables, columns)
        and not op.is_settled_by(step, made)
        and not is_under_another_name(step, op, given)
        # A table that was renamed is taken back under either name.
        and not any(rename(step, renamed) == other or step == rename(other, renamed) for other in given)
    ]
    if missing:
        place = next((op.place for op in down), up[0].place)
        yield DowngradeIncomplete(place, tuple(dict.fromkeys(missing)))


def rename(step: ops.Step, renamed: dict[str, str]) -> ops.Step:
    """A step with the names that tables had before."""
    return tuple(renamed.get(part, part) for part in step)


def is_under_another_name(step: ops.Step, op: ops.Operation, given: AbstractSet[ops.Step]) -> bool:
    """Whether the downgrade takes it back under the name that a naming convention gives, or without a name."""
    verb, *rest = step
    if verb == "drop constraint":
        return any(each[:2] == step[:2] and rest[1] in each[2] for each in given)
    unnamed = {each[1] for each in given if each[0] == "create unnamed index"}
    return verb == "create index" and bool(unnamed) and (not op.tables or not unnamed.isdisjoint(op.tables))


def extra(up: Operations, down: Operations) -> Iterator[DowngradeDropsMore]:
    """Columns and tables that the downgrade drops and the upgrade did not make."""
    made, both = steps_of(up), steps_of((*up, *down))
    columns = {step[1:] for step in both if step[0] == "add column"}
    columns |= {(step[1], step[3]) for step in made if step[0] == "rename column"}
    tables = {step[1] for step in both if step[0] == "create table"}
    tables |= {step[-1] for step in made if step[0] in {"rename table", "drop table"}}
    for op in down:
        if isinstance(op, ops.DropColumn) and (op.table, op.column) not in columns and op.table not in tables:
            yield DowngradeDropsMore(op, f"{op.table}.{op.column}")
        elif isinstance(op, ops.DropTable) and op.table not in tables:
            yield DowngradeDropsMore(op, op.table)


def enums_left(up: Operations, down: Operations) -> Iterator[EnumLeftBehind]:
    """Enum types that the upgrade creates, in its own words or with a table, and the downgrade leaves."""
    known = {op.name for op in (*up, *down) if isinstance(op, ops.DropEnum | ops.RenameObject)}
    for op in up:
        if op.place.dialects and "postgresql" not in op.place.dialects:
            continue
        for name in op.enums_created:
            if name not in known:
                yield EnumLeftBehind(name, op.place)
                known.add(name)

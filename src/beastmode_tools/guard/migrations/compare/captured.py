"""What was read of new revisions and what was seen to run, put together: each operation once, and how it is known."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun

__all__ = ["Combined", "Key", "Run", "combined", "not_run"]

Key = tuple[str, str]
"""A revision and a direction."""

COPY = "_alembic_tmp_"
"""What Alembic calls the table that a batch fills on SQLite, before it takes the old one's place."""


@dataclass(frozen=True, slots=True)
class Run:
    """What new revisions were seen to do on one kind of database.

    Args:
        dialect: Of the database.
        operations: What ran, in its order.
        directions: The upgrades and downgrades that went through, even if they did nothing.
    """

    dialect: str
    operations: tuple[ops.Operation, ...]
    directions: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Combined:
    """The operations of new revisions, read and seen.

    Args:
        operations: Each once, in the order in which they run.
        unexplained: Those that ran in an upgrade although reading the same lines shows nothing of the kind.
    """

    operations: list[ops.Operation]
    unexplained: list[SeenOnlyWhenRun]


def not_run(read: Sequence[ops.Operation], run: Run) -> Iterator[SeenOnlyInSource]:
    """What stands in the source of upgrades that went through, and did not run."""
    upgrades = [op for op in read if op.place.direction == "upgrade" and not is_seen_better(op, run)]
    source = {(trace, direction_of(op)): op for op in upgrades for trace in op.traces}
    seen = {(trace, direction_of(op)) for op in run.operations for trace in op.traces}
    for name, op in source.items():
        if direction_of(op) in run.directions and name not in seen:
            other = bool(op.place.dialects) and run.dialect not in op.place.dialects
            yield SeenOnlyInSource(op, str(op), run.dialect, bool(op.place.condition) or other)


def is_seen_better(op: ops.Operation, run: Run) -> bool:
    """Whether something ran on the lines of an operation of which reading does not give what it changes."""
    return op.is_vague and any(op.holds(each.calls) for each in run.operations)


def combined(read: Sequence[ops.Operation], runs: Sequence[Run]) -> Combined:
    """Everything that is known of what the revisions do.

    An operation that was read and ran is told as it was read, which says more of it: conditions, defaults of Python.
    One that only ran is told as it was seen. What could not be read is left out where its lines were seen at work.

    Args:
        read: Operations of the revisions' source, those of each direction together.
        runs: What ran, by kind of database.
    """
    found = Combined([], [])
    for direction, group in groupby(read, direction_of):
        together = Direction(list(group))
        where = [run for run in runs if direction in run.directions]
        for run in where:
            together.see(run.dialect, [op for op in run.operations if direction_of(op) == direction])
        found.operations.extend(together.told([run.dialect for run in where]))
        found.unexplained.extend(
            SeenOnlyWhenRun(extra.operation, str(extra.operation), extra.dialects[0])
            for extra in together.extras.values()
            if not extra.is_explained and extra.operation.place.direction == "upgrade"
        )
    return found


def direction_of(op: ops.Operation) -> Key:
    """Revision and direction."""
    return op.place.revision, op.place.direction


@dataclass(slots=True)
class Extra:
    """An operation that ran and was not read.

    Args:
        operation: As it was seen first.
        dialects: Where it was seen.
        behind: The index of what was read before it; -1 for none.
        is_explained: Something that could not be read, or only in part, stands on its line.
    """

    operation: ops.Operation
    dialects: list[str]
    behind: int
    is_explained: bool


@dataclass(slots=True)
class Direction:
    """One upgrade or downgrade.

    Args:
        read: What its source says.
        ran_on: The index of what was read -> where it was seen.
        extras: What was seen besides.
        understood: Indexes of what could not be read, or only in part, and was seen.
    """

    read: list[ops.Operation]
    ran_on: dict[int, list[str]] = field(default_factory=dict)
    extras: dict[tuple[object, ...], Extra] = field(default_factory=dict)
    understood: set[int] = field(default_factory=set)

    def see(self, dialect: str, ran: Sequence[ops.Operation]) -> None:
        """Takes down what ran on one kind of database."""
        copied = {table.removeprefix(COPY) for op in ran for table in op.tables if table.startswith(COPY)}
        behind = -1
        for op in ran:
            if is_copying(op, copied):
                continue
            vague = [index for index, each in enumerate(self.read) if each.is_vague and each.holds(op.calls)]
            meant = [index for index, each in enumerate(self.read) if is_same(each, op, on_line=bool(vague))]
            for index in meant:
                self.ran_on.setdefault(index, []).append(dialect)
            self.understood.update(set(vague) - set(meant))
            behind = max([behind, *meant, *vague])
            if not meant and (op.leaves_trace or vague):
                key = (type(op), op.gist, op.place.line)
                self.extras.setdefault(key, Extra(op, [], behind, bool(vague))).dialects.append(dialect)

    def told(self, dialects: Sequence[str]) -> Iterator[ops.Operation]:
        """The operations in their order; `dialects`: those on which the direction went through."""
        yield from self.behind(-1, dialects)
        for index, op in enumerate(self.read):
            is_nothing = isinstance(op, ops.NoOperations) and bool(self.extras)
            if index not in self.understood and not is_nothing:
                yield replace(op, ran_on=tuple(sorted(set(self.ran_on.get(index, ())))))
            yield from self.behind(index, dialects)

    def behind(self, index: int, dialects: Sequence[str]) -> Iterator[ops.Operation]:
        """What ran behind something that was read; what only some of the databases ran is told to be for them."""
        for each in self.extras.values():
            if each.behind == index:
                where = tuple(sorted(set(each.dialects)))
                place = each.operation.place
                only = where if set(where) < set(dialects) else ()
                yield replace(each.operation, ran_on=where, place=replace(place, dialects=only))


def is_same(read: ops.Operation, ran: ops.Operation, *, on_line: bool) -> bool:
    """Whether what was read is what ran; `on_line`: only on its very line, of which other parts could not be read."""
    if on_line and (read.place.path, read.place.line) not in ran.calls:
        return False
    if read.is_vague or not ran.traces:
        return type(read) is type(ran) and str(read) == str(ran)
    return not set(ran.traces).isdisjoint(read.traces)


def is_copying(op: ops.Operation, copied: Iterable[str]) -> bool:
    """Whether it is a step of a batch, which the source says in other words."""
    if any(table.startswith(COPY) for table in op.tables):
        return True
    return isinstance(op, ops.DropTable | ops.CreateIndex) and not set(copied).isdisjoint(op.tables)

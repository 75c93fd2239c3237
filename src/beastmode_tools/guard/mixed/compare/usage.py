"""A drop, judged by whether the code that still runs uses what is dropped."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations import DropColumn, DropTable, Operation
from beastmode_tools.guard.mixed.compare.facts import CannotStart, Matrix, OldCodeFails
from beastmode_tools.guard.mixed.compare.matrix import compare as compare_versions

__all__ = ["DroppedInUse", "DroppedOutOfUse", "UsePlace", "dropped", "judge_drops"]


@dataclass(frozen=True, slots=True)
class UsePlace:
    """A line of the base side that names what is dropped.

    Args:
        path: Its file, relative to the project's folder.
        line: From 1.
        how: "maps the column", "reads the attribute", "names it in SQL".
        text: The line itself, stripped.
    """

    path: str
    line: int
    how: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.how}"


@dataclass(frozen=True, slots=True)
class DroppedInUse:
    """A dropped column or table that code of the base still uses.

    Args:
        operation: The drop.
        name: `users.nick`, or `users` for a table.
        places: Where the base uses it; () where only the run has shown it.
        failure: What old code said on the new schema; "" where it was not run or did not fail.
    """

    operation: DropColumn | DropTable
    name: str
    places: tuple[UsePlace, ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class DroppedOutOfUse:
    """A dropped column or table that the base does not use, and without which the old code was seen to work.

    Args:
        operation: The drop.
        name: `users.nick`, or `users` for a table.
        dialects: On which databases the old code ran on the new schema without a failure.
    """

    operation: DropColumn | DropTable
    name: str
    dialects: tuple[str, ...]


def dropped(operations: Iterable[Operation]) -> Iterator[tuple[str, DropColumn | DropTable]]:
    """The drops of upgrades that take away something which was there before the change: name and operation."""
    for operation in operations:
        if operation.place.direction != "upgrade" or operation.known.new_table:
            continue
        if isinstance(operation, DropColumn) and not operation.known.new_column:
            yield f"{operation.table}.{operation.column}", operation
        elif isinstance(operation, DropTable):
            yield operation.table, operation


def judge_drops(
    operations: Iterable[Operation], places: Mapping[str, Sequence[UsePlace]], matrices: Sequence[Matrix]
) -> Iterator[DroppedInUse | DroppedOutOfUse]:
    """What becomes of each drop; nothing for one that is unused as far as can be read, but was not run.

    Args:
        operations: Of the new revisions.
        places: name of a drop -> where the base uses it; a drop that is missing here was not looked for.
        matrices: The mixed versions; () where they were not run.
    """
    failed = old_failures(matrices)
    proved = tuple(each.dialect for each in matrices if is_proved(each))
    done: set[str] = set()
    for name, operation in dropped(operations):
        if name in done or name not in places:
            continue
        done.add(name)
        failure = failed.get(name, "")
        if places[name] or failure:
            yield DroppedInUse(operation, name, tuple(places[name]), failure)
        elif proved and not failed:
            yield DroppedOutOfUse(operation, name, proved)


def old_failures(matrices: Sequence[Matrix]) -> dict[str, str]:
    """What old code fails at on the new schema: what is missing -> what the first failure said."""
    failed: dict[str, str] = {}
    for change in compare_versions(matrices):
        if isinstance(change, OldCodeFails):
            first = change.failures[0]
            failed.setdefault(change.cause.what, f"{first.place}: {first.error}")
        elif isinstance(change, CannotStart) and change.code == "old" and not change.boot_migrates:
            failed.setdefault("", f"the old code does not start: {change.error}")
    return failed


def is_proved(matrix: Matrix) -> bool:
    """Whether the old code ran on both schemas."""
    cells = [matrix.cells.get(("old", "old")), matrix.cells.get(("old", "new"))]
    return all(cell is not None and cell.started and not cell.gave_up for cell in cells)

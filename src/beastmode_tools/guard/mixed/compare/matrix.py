"""{old, new code} x {old, new schema}: what fails in one cell and not in the one on the diagonal.

The hypothesis, stated on every page of these rules: the database goes first. While a deploy rolls, old code runs on the
new schema; new code meets the old schema only where somebody deploys before migrating.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from beastmode_tools.guard.mixed.compare.causes import Cause, cause_of
from beastmode_tools.guard.mixed.compare.facts import (
    NEW_NEW,
    NEW_OLD,
    NO_ANSWER,
    OLD_NEW,
    OLD_OLD,
    AnswerDiffers,
    CannotStart,
    CellKey,
    Failure,
    Matrix,
    MixedVersionsWork,
    NewCodeFails,
    NewCodeIsBroken,
    NoOrderWorks,
    OldCodeFails,
)
from beastmode_tools.guard.mixed.compare.replayed import Answered, Replayed, SqlError, Used

__all__ = ["compare", "failures"]


@dataclass(slots=True)
class Gathered:
    """The same finding on several databases, while it is gathered."""

    failures: list[Failure] = field(default_factory=list)
    dialects: list[str] = field(default_factory=list)


Change = OldCodeFails | NewCodeFails | NewCodeIsBroken | CannotStart | AnswerDiffers | NoOrderWorks | MixedVersionsWork


def compare(matrices: Sequence[Matrix]) -> Iterator[Change]:
    """What the mixed versions do, the same thing on several databases said once."""
    clean = {
        OLD_NEW: not any(blamed(each, OLD_NEW, OLD_OLD) or starts_no_more(each, OLD_NEW, OLD_OLD) for each in matrices),
        NEW_OLD: not any(blamed(each, NEW_OLD, NEW_NEW) or starts_no_more(each, NEW_OLD, NEW_NEW) for each in matrices),
    }
    broken = any(blamed(each, NEW_NEW, OLD_OLD) for each in matrices)
    yield from failing(matrices, OLD_NEW, OLD_OLD, OldCodeFails, other=clean[NEW_OLD] and not broken)
    yield from failing(matrices, NEW_NEW, OLD_OLD, NewCodeIsBroken, other=True)
    yield from failing(matrices, NEW_OLD, NEW_NEW, NewCodeFails, other=clean[OLD_NEW])
    yield from differing(matrices)
    proved = [each for each in matrices if is_complete(each)]
    if not any(clean.values()):
        yield no_order(matrices)
    if proved and all(clean.values()) and len(proved) == len(matrices) and not any(each.same for each in matrices):
        yield works(proved)


def failing(
    matrices: Sequence[Matrix],
    cell: CellKey,
    diagonal: CellKey,
    kind: type[OldCodeFails | NewCodeFails | NewCodeIsBroken],
    *,
    other: bool,
) -> Iterator[Change]:
    """What fails in a cell and not in the one it is compared with, by cause."""
    gathered: dict[Cause, Gathered] = {}
    starts: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for matrix in matrices:
        for error, calls in starts_no_more(matrix, cell, diagonal):
            starts.setdefault((error, calls), []).append(matrix.dialect)
        for failure in blamed(matrix, cell, diagonal):
            found = gathered.setdefault(failure.cause, Gathered())
            if failure.place not in {each.place for each in found.failures}:
                found.failures.append(failure)
            if matrix.dialect not in found.dialects:
                found.dialects.append(matrix.dialect)
    code, schema = cell
    before = {place for matrix in matrices if (known := matrix.cells.get(OLD_OLD)) for place, _ in seen(known)}
    for (error, calls), dialects in starts.items():
        yield CannotStart(code, schema, error, calls, tuple(dialects), other)
    for cause, found in sorted(gathered.items()):
        is_new = all(failure.place not in before for failure in found.failures)
        yield kind(code, schema, cause, tuple(found.failures), tuple(found.dialects), other, is_new)


def starts_no_more(matrix: Matrix, cell: CellKey, diagonal: CellKey) -> list[tuple[str, tuple[str, ...]]]:
    """Why the application does not start in a cell, with and without the migrations that it runs at boot."""
    here, there = matrix.cells.get(cell), matrix.cells.get(diagonal)
    if here is None or there is None:
        return []
    found: list[tuple[str, tuple[str, ...]]] = []
    if here.start_error and there.started:
        found.append((here.start_error, ()))
    elif here.migrating_error and there.started and not there.migrating_error:
        found.append((here.migrating_error, here.boot_migrates))
    return found


def blamed(matrix: Matrix, cell: CellKey, diagonal: CellKey) -> list[Failure]:
    """The failures of a cell that the diagonal does not have.

    Something that fails on the diagonal as well is the change's doing only where a column or table is missing that is
    there on the diagonal: everything else may come from the rows, or was so before.
    """
    here, there = matrix.cells.get(cell), matrix.cells.get(diagonal)
    if here is None or there is None or not (here.started and there.started):
        return []
    if cell == NEW_OLD and here.migrating_error == "":
        return []  # it migrates while it starts, so it never answers on the old schema
    before = list(failures(there))
    places, causes = {each.place for each in before}, {each.cause for each in before}
    known = {place for place, _ in seen(there)}
    found = failures(here)
    if cell == NEW_NEW:  # what only values that were made up for a class have run into says nothing of the code
        found = (
            failure
            for failure in found
            if failure.cause.is_of_schema or (failure.is_certain and not failure.is_handled)
        )
    return [
        failure
        for failure in found
        if (failure.place not in places and failure.place in known and not failure.is_outside)
        or (failure.cause.is_missing and failure.cause not in causes)
        or (cell == NEW_NEW and failure.place not in known and failure.is_by_code)
    ]


def failures(cell: Replayed) -> Iterator[Failure]:
    """Everything that went wrong in a cell."""
    for used in cell.used:
        if used.error is not None:
            yield Failure(used.place, cause_of(used.error.error, used.error.sql), used.error.error, used.error.sql)
    for answered in cell.answered:
        for error in told(answered):
            yield Failure(answered.place, cause_of(error.error, error.sql), error.error, error.sql, answered.status)


def told(answered: Answered) -> Sequence[SqlError]:
    """The errors of a request: those of the database, else what was raised, else its status."""
    if answered.errors:
        return answered.errors
    if not answered.failed:
        return ()
    if answered.exception and answered.status:
        return (SqlError(answered.exception, ""),)
    return (SqlError(NO_ANSWER if answered.status == 0 else f"answered {answered.status}", ""),)


def seen(cell: Replayed) -> Iterator[tuple[str, Used | Answered]]:
    """Everything that was tried in a cell, by its place."""
    for used in cell.used:
        yield used.place, used
    for answered in cell.answered:
        yield answered.place, answered


def differing(matrices: Sequence[Matrix]) -> Iterator[AnswerDiffers]:
    """Requests that the old code fulfilled on the old schema, and refuses on the new one."""
    found: dict[tuple[str, int, int], list[str]] = {}
    for matrix in matrices:
        here, there = matrix.cells.get(OLD_NEW), matrix.cells.get(OLD_OLD)
        if here is None or there is None:
            continue
        before = {each.place: each for each in there.answered}
        for after in here.answered:
            earlier = before.get(after.place)
            if earlier is None or earlier.status >= 400 or earlier.status == 0 or after.errors:
                continue
            if 400 <= after.status < 500:
                found.setdefault((after.place, earlier.status, after.status), []).append(matrix.dialect)
    for (place, earlier_status, status), dialects in found.items():
        yield AnswerDiffers(place, earlier_status, status, tuple(dialects))


def no_order(matrices: Sequence[Matrix]) -> NoOrderWorks:
    """What stands in the way of either order."""
    found: list[tuple[str, ...]] = []
    for cell, diagonal in ((OLD_NEW, OLD_OLD), (NEW_OLD, NEW_NEW)):
        causes = {str(each.cause) for matrix in matrices for each in blamed(matrix, cell, diagonal)}
        starts = {error for matrix in matrices for error, _ in starts_no_more(matrix, cell, diagonal)}
        found.append((*sorted(starts), *sorted(causes)))
    return NoOrderWorks(found[0], found[1], tuple(each.dialect for each in matrices))


def is_complete(matrix: Matrix) -> bool:
    """Whether every cell started, and something could be tried in it."""
    cells = [matrix.cells.get(cell) for cell in (OLD_OLD, OLD_NEW, NEW_OLD, NEW_NEW)]
    return all(cell is not None and cell.started and not cell.gave_up for cell in cells)


def works(matrices: Sequence[Matrix]) -> MixedVersionsWork:
    """How much was tried."""
    cells = [matrix.cells[OLD_OLD] for matrix in matrices]
    return MixedVersionsWork(
        dialects=tuple(matrix.dialect for matrix in matrices),
        classes=max(len({used.what for used in cell.used if not used.skipped}) for cell in cells),
        routes=max(len({each.place for each in cell.answered if not each.failed}) for cell in cells),
    )

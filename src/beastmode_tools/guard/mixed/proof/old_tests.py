"""The old code's own tests, run on the new schema: what somebody once thought worth testing, as a replay."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Database, Scratch
from beastmode_tools.guard.migrations.proof.migrating import error_of, run_migrations
from beastmode_tools.guard.mixed.compare.facts import CellKey, Matrix
from beastmode_tools.guard.mixed.compare.replayed import SqlError, Used
from beastmode_tools.guard.mixed.proof.schemas import removed
from beastmode_tools.guard.wording import first_few, sentence
from beastmode_tools.probe_process import ask_project, read_message, together
from beastmode_tools.probes.messages.replay import Outcome, OwnTests
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["prove_old_tests", "with_tests"]

PATIENCE = 10
"""Times the limit of one probe: a test suite takes longer than a start."""
FAILED = ("failed", "error")


def prove_old_tests(  # noqa: PLR0913 - the sides, where they run, and from what state
    old: Side,
    new: Side,
    project: Project,
    scratch: Scratch,
    head: Database,
    *,
    progress: Callable[[str], object] = lambda _text: None,
) -> tuple[dict[CellKey, tuple[Used, ...]], list[str]]:
    """The old tests' outcomes on the old and on the new schema, and what could not be proved.

    Tables are not made or dropped by the tests: whatever wants to do so empties them instead.

    Args:
        old: The base side, whose tests are run.
        new: The work side, whose migrations make the new schema.
        project: For the interpreter, the settings and limits.
        scratch: Makes the databases.
        head: A database without rows at the base side's head; nothing is connected to it.
        progress: Told what takes a moment.
    """
    progress(f"running the old tests on the old and the new schema ({scratch.dialect})")
    before, after = scratch.new(like=head), scratch.new(like=head)
    try:
        answers = run_migrations(new, project, after, [{"do": "upgrade", "to": "heads"}])
        if error := error_of(answers.results[0]):
            return {}, [f"The old tests were not run on {scratch.dialect}: the new migrations fail ({error})."]
        results = together(*(partial(outcomes, old, project, database) for database in (before, after)))
    except ProbeFailed as error:
        return {}, [sentence(f"The old tests could not be run on {scratch.dialect}: {error}")]
    finally:
        removed(scratch, [before, after])
    return {("old", "old"): results[0], ("old", "new"): results[1]}, told(results[0], scratch.dialect)


def outcomes(old: Side, project: Project, database: Database) -> tuple[Used, ...]:
    """What became of every test on one schema."""
    answer = ask_project(old, project, "replay_tests", {"database_url": database.url}, patience=PATIENCE)
    return tuple(read(each) for each in read_message(OwnTests, answer).tests)


def read(test: Outcome) -> Used:
    """A test's outcome, in the words of the other things that a cell tries."""
    if test.outcome == "skipped":
        return Used(test.name, "", "test", skipped="skipped by the project")
    error = SqlError(test.error or "failed", test.sql) if test.outcome in FAILED else None
    return Used(test.name, "", "test", error)


def told(before: tuple[Used, ...], dialect: str) -> list[str]:
    """How many tests could say nothing, since they fail on the old schema as well."""
    failing = [each.what for each in before if each.error is not None]
    if not before:
        return [f"No tests of the base were found to run on {dialect}."]
    if not failing:
        return []
    here = f"on the schema that the base's migrations make on {dialect}"
    return [
        f"{len(failing)} of {len(before)} old tests fail {here} as well, so they prove nothing: {first_few(failing)}."
    ]


def with_tests(matrix: Matrix, tested: Mapping[CellKey, tuple[Used, ...]]) -> Matrix:
    """The matrix with the tests' outcomes among what its cells tried."""
    cells = {key: replace(cell, used=(*cell.used, *tested.get(key, ()))) for key, cell in matrix.cells.items()}
    return Matrix(matrix.dialect, cells, matrix.same)

"""Both sides' own tests, run where they run changed functions, to be compared."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Scratch
from beastmode_tools.guard.mixed.compare.facts import Which
from beastmode_tools.guard.mixed.compare.tested import Tested, failing
from beastmode_tools.guard.wording import sentence
from beastmode_tools.probe_process import ask_project, read_message, together
from beastmode_tools.probes.messages.tested import TestsRun
from beastmode_tools.project import Project
from beastmode_tools.source.delta import pairs
from beastmode_tools.source.files import is_test
from beastmode_tools.source.repository import Comparison
from beastmode_tools.source.sides import FileChange, Side

__all__ = ["prove_own_tests"]

BUDGET = 30.0
"""Seconds for the tests of the base, the likely ones first: as long as all requests of a check take."""
EACH = 10.0
"""Seconds; a test that takes longer waits for something that a scratch run does not have."""
NO_PYTEST = "No module named 'pytest'"


@dataclass(frozen=True, slots=True)
class Runs:
    """What the runs of one check have in common.

    Args:
        comparison: The two sides.
        project: For the interpreter, the settings and limits.
        scratch: Makes databases for the tests.
        watch: The changed functions of each side.
    """

    comparison: Comparison
    project: Project
    scratch: Scratch
    watch: Mapping[Which, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def run(self, side: Side, *, only: Sequence[str] = ()) -> TestsRun:
        """One side's tests, of which each run makes its tables in an empty database of its own."""
        watch = [dict(each) for each in self.watch["old" if side is self.comparison.old else "new"]]
        files = sorted({each.partition("::")[0] for each in only})
        there = [each for each in files if (side.folder / each).is_file()]
        if only and not there:
            return TestsRun()
        request: dict[str, Any] = {
            "watch": watch,
            "words": words_of(watch),
            "tests": there,
            "only": list(only),
            "each": EACH,
            "budget": min(BUDGET, self.project.settings.timeout),
        }
        database = self.scratch.new()
        try:
            answer = ask_project(side, self.project, "own_tests", {**request, "database_url": database.url}, patience=2)
        finally:
            self.scratch.drop(database)
        return read_message(TestsRun, answer)


def words_of(watch: Sequence[Mapping[str, Any]]) -> list[str]:
    """What a file of tests that runs them may hold: names of the functions and of their modules."""
    named = {str(each["key"]).rpartition(" ")[2].split(".")[0] for each in watch}
    modules = {str(each["path"]).removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2] for each in watch}
    return sorted(named | modules)


def prove_own_tests(
    comparison: Comparison,
    project: Project,
    scratches: Sequence[Scratch],
    watch: Mapping[Which, Sequence[Mapping[str, Any]]],
    *,
    progress: Callable[[str], object] = lambda _text: None,
) -> tuple[Tested | None, list[str]]:
    """What the tests showed of both sides, and what could not be shown.

    A project without pytest or tests has nothing to show, which is no failure.

    Args:
        comparison: The two sides.
        project: For the interpreter, the settings and limits.
        scratches: Kinds of databases; the first is taken on which tests of what changed pass.
        watch: The changed functions, as the base and as the work side have them.
        progress: Told what takes a moment.
    """
    if not any(watch.values()) or not any(is_test(path) for path in files_of(comparison.old)):
        return None, []
    progress("running the tests that execute what changed, on both sides")
    try:
        for scratch in scratches:
            runs = Runs(comparison, project, scratch, watch)
            first = runs.run(comparison.old)
            names = [each.name for each in first.tests if each.outcome == "passed"]
            if names or scratch is scratches[-1]:
                return on_both(runs, first, names), left(first)
    except ProbeFailed as error:
        if NO_PYTEST in str(error):
            return None, []
        return None, [sentence(f"The project's own tests could not be run on both sides: {error}")]
    return None, []


def on_both(runs: Runs, first: TestsRun, names: Sequence[str]) -> Tested:
    """The base's tests once more, and those of the work side; what fails there runs a second time."""
    sides = (runs.comparison.old, runs.comparison.new)
    changed = [each for each in runs.comparison.changes if is_test(each.path) and each.path.endswith(".py")]
    edited = tuple(each.path for each in changed)
    if not (names or edited):
        return Tested(first, first, TestsRun())
    again, new = together(
        lambda: runs.run(sides[0], only=names) if names else first, lambda: runs.run(sides[1], only=[*names, *edited])
    )
    tested = Tested(first, again, new, edited, frozenset(untouched(changed)))
    failed = [each.name for each in failing(tested)]
    return tested.confirmed(runs.run(sides[1], only=failed)) if failed else tested


def untouched(changed: Sequence[FileChange]) -> Iterator[str]:
    """The tests of changed files that are written as before: "tests/test_shop.py::test_total"."""
    for pair in pairs(tuple(changed)):
        if pair.old is None or pair.new is None:
            continue
        for name in pair.old.functions.keys() & pair.new.functions.keys():
            if pair.old.source(name) == pair.new.source(name):
                yield f"{pair.path}::{name.replace('.', '::')}"


def left(run: TestsRun) -> list[str]:
    """What no time was left for, and what could not be imported."""
    said = []
    if run.left_out:
        said.append(f"No time was left for all of the project's own tests; the likely ones ran in {BUDGET:g} s.")
    if run.not_read:
        said.append(sentence(f"Not all tests of the base could be imported ({run.not_read[0]})"))
    return said


def files_of(side: Side) -> list[str]:
    """The Python files of one side, as paths from its folder."""
    return [each.relative_to(side.folder).as_posix() for each in side.folder.rglob("*.py")]

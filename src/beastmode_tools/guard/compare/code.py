"""What a change does to the code of a project, as a flat stream of changes."""

from collections.abc import Iterable, Iterator
from typing import Any

from beastmode_tools.guard.compare.code_access import compare_access
from beastmode_tools.guard.compare.code_changes import Broken, CosmeticChange, FileNotUnderstood
from beastmode_tools.guard.compare.code_classes import compare_classes
from beastmode_tools.guard.compare.code_decorators import compare_decorators
from beastmode_tools.guard.compare.code_delta import Delta, Pair, delta_of_files, pairs
from beastmode_tools.guard.compare.code_files import is_migration, is_test
from beastmode_tools.guard.compare.code_files_changes import compare_supporting, first_difference
from beastmode_tools.guard.compare.code_functions import compare_functions
from beastmode_tools.guard.compare.code_reach import Usage
from beastmode_tools.guard.compare.code_security import compare_security
from beastmode_tools.guard.compare.dependencies import compare_dependencies
from beastmode_tools.guard.compare.routes import compare_routes
from beastmode_tools.guard.compare.settings import compare_settings
from beastmode_tools.guard.compare.tests_of_project import compare_tests

__all__ = ["Delta", "compare", "delta_of_files", "unrecognised"]


def compare(delta: Delta) -> Iterator[Any]:
    """Every change in code, access, settings, dependencies, tests and gates, in the order of the files.

    A changed file about which nothing was said yields a change of its own, so that none is passed over in silence;
    migrations and specifications are left to their own comparers.
    """
    seen: set[str] = set()
    for change in everything(delta):
        seen.add(getattr(change, "path", ""))
        yield change
    for path in sorted({change.path for change in delta.changes} - seen):
        yield from unrecognised(delta, path)


def everything(delta: Delta) -> Iterator[Any]:
    """The changes of all comparers."""
    compared = pairs(delta.changes)
    usage = Usage(delta.new_files, delta.new_app, delta.core)
    sources = [pair for pair in compared if not is_test(pair.path) and not is_migration(pair.path)]
    yield from broken(compared, delta)
    yield from compare_functions(sources, usage)
    yield from compare_classes(
        [*sources, *(each for each in compared if is_migration(each.path))], usage, delta.new_files
    )
    yield from compare_access(sources, usage)
    yield from compare_decorators(sources, usage)
    yield from compare_routes(delta, sources)
    yield from compare_security(delta, sources)
    yield from compare_settings(delta, sources, usage)
    yield from compare_dependencies(delta)
    yield from compare_tests(delta, compared)
    yield from compare_supporting(delta.changes)


def broken(compared: Iterable[Pair], delta: Delta) -> Iterator[Broken]:
    """Files that Python cannot read."""
    for pair in compared:
        if pair.new_problem is not None:
            problem = pair.new_problem
            yield Broken(pair.path, problem.line, "work", problem.message, started=delta.new_app is not None)
        elif pair.old_problem is not None and pair.change.new is not None:
            problem = pair.old_problem
            yield Broken(pair.path, problem.line, "base", problem.message, started=delta.old_app is not None)


def unrecognised(delta: Delta, path: str) -> Iterator[CosmeticChange | FileNotUnderstood]:
    """What can be said of a file that no comparer spoke of: its behaviour is the same, or nobody understood it."""
    change = next(each for each in delta.changes if each.path == path)
    if is_migration(path):
        return
    line = first_difference(change.old or "", change.new or "")
    if path.endswith((".py", ".pyw")) and not change.is_binary:
        yield CosmeticChange(path, line, ("comments, docstrings, layout, hints, names of local variables or imports",))
    elif (path.endswith((".json", ".yaml", ".yml")) and "openapi" in path.lower()) or "swagger" in path.lower():
        return
    else:
        yield FileNotUnderstood(path, line, "no comparer recognised what changed in it")

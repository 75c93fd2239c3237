"""What a change does to the code of a project, as a flat stream of changes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.compare.code_access import compare_access
from beastmode_tools.guard.compare.code_caching import compare_caching
from beastmode_tools.guard.compare.code_changes import Broken, CosmeticChange, FileNotUnderstood
from beastmode_tools.guard.compare.code_classes import compare_classes
from beastmode_tools.guard.compare.code_decorators import compare_decorators
from beastmode_tools.guard.compare.code_delta import Delta, Pair, delta_of_files, pairs
from beastmode_tools.guard.compare.code_files import is_migration, kind_of
from beastmode_tools.guard.compare.code_files_changes import compare_supporting, first_difference
from beastmode_tools.guard.compare.code_functions import compare_functions
from beastmode_tools.guard.compare.code_imports import compare_imports, same_module
from beastmode_tools.guard.compare.code_reach import Usage
from beastmode_tools.guard.compare.code_route_forms import RoutesRedeclared, redeclared
from beastmode_tools.guard.compare.code_security import CallChanged, compare_security
from beastmode_tools.guard.compare.code_syntax import Module
from beastmode_tools.guard.compare.code_templates import compare_templates
from beastmode_tools.guard.compare.dependencies import compare_dependencies
from beastmode_tools.guard.compare.hooks import compare_hooks
from beastmode_tools.guard.compare.routes import compare_routes
from beastmode_tools.guard.compare.settings import EnvironmentChanged, compare_settings
from beastmode_tools.guard.compare.tests_of_project import compare_tests

__all__ = ["Delta", "compare", "delta_of_files", "unrecognised"]


PARTIAL = (CallChanged, EnvironmentChanged)
"""Changes about which no rule may have a word: they alone do not show that a file was understood."""


def compare(delta: Delta) -> Iterator[Any]:
    """Every change in code, access, settings, dependencies, tests and gates, in the order of the files.

    A changed file about which nothing was said yields a change of its own, so that none is passed over in silence;
    migrations and specifications are left to their own comparers.
    """
    seen: set[str] = set()
    for change in everything(delta):
        if not isinstance(change, PARTIAL):
            seen |= {getattr(change, "path", ""), getattr(change, "old_path", "")}
        yield change
    for path in sorted({change.path for change in delta.changes} - seen):
        yield from unrecognised(delta, path)


def everything(delta: Delta) -> Iterator[Any]:
    """The changes of all comparers."""
    compared = pairs(delta.changes)
    usage = Usage(delta.new_files, delta.new_app, delta.core)
    sources = [pair for pair in compared if kind_of(pair.path) not in {"test", "migration", "deployment"}]
    yield from broken(compared, delta)
    yield from compare_functions(sources, usage)
    yield from compare_classes(
        [*sources, *(each for each in compared if is_migration(each.path))], usage, delta.new_files
    )
    yield from compare_imports(sources, usage)
    yield from compare_access(sources, usage)
    yield from compare_decorators(sources, usage)
    yield from compare_caching(sources, usage)
    yield from compare_routes(delta, sources)
    yield from compare_hooks(sources)
    yield from compare_security(delta, sources)
    yield from compare_templates(delta)
    yield from compare_settings(delta, sources, usage)
    yield from compare_dependencies(delta)
    yield from compare_tests(delta, compared)
    yield from compare_supporting(delta.changes)


def broken(compared: Iterable[Pair], delta: Delta) -> Iterator[Broken | FileNotUnderstood]:
    """Files that Python cannot read."""
    for pair in compared:
        too_much = next((each for each in (pair.new_problem, pair.old_problem) if each and not each.is_syntax), None)
        if too_much is not None:
            yield FileNotUnderstood(pair.path, 1, too_much.message, pair.change.content)
        elif pair.new_problem is not None:
            problem = pair.new_problem
            started = delta.new_app is not None and not is_migration(pair.path)  # starting loads no migration
            yield Broken(pair.path, problem.line, "work", problem.message, started, pair.change.content)
        elif pair.old_problem is not None and pair.change.new is not None:
            problem = pair.old_problem
            started = delta.old_app is not None
            yield Broken(pair.path, problem.line, "base", problem.message, started, pair.change.content)


def unrecognised(delta: Delta, path: str) -> Iterator[CosmeticChange | FileNotUnderstood | RoutesRedeclared]:
    """What can be said of a file that no comparer spoke of: its behaviour is the same, or nobody understood it."""
    change = next(each for each in delta.changes if each.path == path)
    if is_migration(path):
        return
    line = first_difference(change.old or "", change.new or "")
    if change.path.endswith((".py", ".pyw")) and not change.is_binary:
        pair = next(iter(pairs((change,))))
        if is_blank(change.old) and is_blank(change.new):
            yield CosmeticChange(path, line, ("empty lines and comments",))
        elif pair.old is not None and pair.new is not None and same_module(pair.old, pair.new):
            yield CosmeticChange(path, line, ("comments, docstrings, layout, hints or local names",))
        elif pair.old is not None and pair.new is not None and same_imports_aside(pair.old, pair.new):
            yield CosmeticChange(path, line, ("imports",))
        elif (
            both_started(delta)
            and pair.old is not None
            and pair.new is not None
            and (told := redeclared(pair.old, pair.new))
        ):
            yield told
        elif not pair.old_problem and not pair.new_problem:
            yield FileNotUnderstood(path, line, "something differs that no comparer looks at", change.content)
    elif kind_of(path) != "specification":
        yield FileNotUnderstood(path, line, "no comparer recognised what changed in it", change.content)


def both_started(delta: Delta) -> bool:
    """Whether the routes that both sides serve are known."""
    return delta.old_app is not None and delta.new_app is not None


def is_blank(text: str | None) -> bool:
    """Whether a side has no such file, or one without code."""
    return text is None or all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines())


def same_imports_aside(old: Module, new: Module) -> bool:
    """Whether only the imports differ."""
    return same_module(replace(old, imports={}), replace(new, imports={}))

"""Files of which no comparer spoke, or that Python cannot read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

from beastmode_tools.guard.code.compare.changes import Broken, CosmeticChange, FileNotUnderstood
from beastmode_tools.guard.code.compare.imports import same_module
from beastmode_tools.guard.code.compare.route_forms import RoutesRedeclared, redeclared
from beastmode_tools.source.delta import Delta, Pair, pairs
from beastmode_tools.source.files import is_migration, kind_of
from beastmode_tools.source.lines import first_difference
from beastmode_tools.source.syntax import Module

__all__ = ["broken", "unrecognised"]


def broken(compared: Iterable[Pair], delta: Delta) -> Iterator[Broken | FileNotUnderstood]:
    """Files that Python cannot read."""
    for pair in compared:
        too_much = next((each for each in (pair.new_problem, pair.old_problem) if each and not each.is_syntax), None)
        if too_much is not None:
            yield FileNotUnderstood(pair.path, 1, too_much.message, pair.change.content)
        elif pair.new_problem is not None:
            problem = pair.new_problem
            started = delta.new_app is not None and not is_migration(pair.path)  # starting loads no migration
            is_known = pair.old_problem is not None and pair.old_problem.message == problem.message
            side: Literal["both", "work"] = "both" if is_known else "work"
            yield Broken(pair.path, problem.line, side, problem.message, started, pair.change.content)
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
            yield CosmeticChange(path, line, ("comments, docstrings, layout, type hints or local names",))
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

"""The operations of revisions, read from their source."""

import ast
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from beastmode_tools.guard.migrations.compare.history import History, Revision
from beastmode_tools.guard.migrations.compare.operations import (
    Direction,
    NoOperations,
    Operation,
    Place,
    Unreadable,
    UsesApplication,
)
from beastmode_tools.guard.migrations.read.frame import Frame
from beastmode_tools.guard.migrations.read.modules import Modules
from beastmode_tools.guard.migrations.read.reading import Reading
from beastmode_tools.guard.migrations.read.values import Function, Scope, Unknown
from beastmode_tools.guard.migrations.read.walk import declare, run_function

__all__ = ["read_operations", "read_source"]

DIRECTIONS: tuple[Direction, ...] = ("upgrade", "downgrade")


def read_operations(history: History, ids: Iterable[str], folder: Path | None = None) -> list[Operation]:
    """What revisions do, first all of their upgrades in the order of the history, then their downgrades.

    Args:
        history: The graph.
        ids: The revisions that are asked for; others of the graph are not opened.
        folder: The project's folder, where modules that a migration imports are looked for; None: they are not.
    """
    wanted = set(ids)
    order = [name for name in (*history.order, *history.cyclic) if name in wanted]
    modules = project_modules(folder)
    read = {name: read_source(history.revisions[name], folder, modules) for name in order}
    ups = [each for name in order for each in read[name] if each.place.direction == "upgrade"]
    downs = [each for name in reversed(order) for each in read[name] if each.place.direction == "downgrade"]
    return ups + downs


def project_modules(folder: Path | None) -> Modules:
    """Modules of a project, each declared once for all revisions that are read together."""
    modules = Modules(folder)
    modules.declare = lambda path, tree: declare(
        Reading(Frame("", path), run_function, modules, follows_imports=False), tree
    )
    return modules


def read_source(revision: Revision, folder: Path | None = None, modules: Modules | None = None) -> list[Operation]:
    """What one revision does in both directions.

    Args:
        revision: With its source.
        folder: The project's folder.
        modules: Those of the project, where several revisions are read.
    """
    modules = modules or project_modules(folder)
    try:
        tree = ast.parse(revision.source)
    except (SyntaxError, ValueError, RecursionError) as error:
        place = Place(revision.id, revision.path, getattr(error, "lineno", 0) or 0)
        return [Unreadable(place=place, source=revision.path, reason="it is no Python that can be parsed")]
    found: list[Operation] = []
    for direction in DIRECTIONS:
        try:
            found += read_direction(revision, tree, direction, modules)
        except RecursionError:
            place = Place(revision.id, revision.path, direction=direction)
            found.append(
                Unreadable(place=place, source=revision.path, reason="its expressions nest too deep to follow")
            )
    return found + imports_of(revision, tree, modules)


def read_direction(revision: Revision, tree: ast.Module, direction: Direction, modules: Modules) -> list[Operation]:
    """What `upgrade()` or `downgrade()` does."""
    reading = Reading(Frame(revision.id, revision.path, direction), run_function, modules)
    scope = declare(reading, tree)
    place = Place(revision.id, revision.path, direction=direction)
    entry = scope.names.get(direction)
    if not isinstance(entry, Function):
        return [NoOperations(place=place, why="missing")]
    for function in entries_of(entry, scope, direction):
        run_function(reading, function, [Unknown("engine_name")] * len(function.node.args.args), {})
    if reading.is_exhausted:
        reason = "it is too large to follow"
        reading.operations.append(Unreadable(place=place, source=revision.path, reason=reason))
    if reading.operations:
        return reading.operations
    if not only_raises(entry) and calls_something(entry):
        reason = "nothing that changes anything was recognised in it"
        source = f"def {direction}()"
        line = entry.node.lineno
        last = entry.node.end_lineno or line
        return [Unreadable(place=replace(place, line=line), source=source, reason=reason, last_line=last)]
    why: Literal["raises", "empty"] = "raises" if only_raises(entry) else "empty"
    line = entry.node.lineno
    return [NoOperations(place=Place(revision.id, revision.path, line, direction), why=why)]


def entries_of(entry: Function, scope: Scope, direction: str) -> list[Function]:
    """The functions that run: with several databases, one a database (`upgrade_engine1`)."""
    several = [
        value
        for name, value in scope.names.items()
        if name.startswith(f"{direction}_") and isinstance(value, Function) and not value.node.args.args
    ]
    chooses = bool(entry.node.args.args) or "globals" in {
        each.id for each in ast.walk(entry.node) if isinstance(each, ast.Name)
    }
    return several if several and chooses else [entry]


def only_raises(function: Function) -> bool:
    """Whether a function refuses whatever happens."""
    body = [] if isinstance(function.node, ast.Lambda) else function.node.body
    return any(isinstance(node, ast.Raise) for node in body)


SILENT = ("print", "logger", "logging", "log", "click", "warnings")


def calls_something(function: Function) -> bool:
    """Whether a function calls more than what tells people something: where nothing of it was understood, say so."""
    called = [ast.unparse(node.func) for node in ast.walk(function.node) if isinstance(node, ast.Call)]
    return any(name.partition(".")[0] not in SILENT for name in called)


def imports_of(revision: Revision, tree: ast.Module, modules: Modules) -> list[Operation]:
    """Names that the migration takes from the application's own code, where it uses them."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found: list[Operation] = []
    for node in ast.walk(tree):
        place = Place(revision.id, revision.path, getattr(node, "lineno", 0))
        if isinstance(node, ast.ImportFrom) and modules.is_application(node, revision.path):
            names = tuple(each.name for each in node.names if (each.asname or each.name) in used or each.name == "*")
            if names:
                found.append(UsesApplication(place=place, module=node.module or ".", names=names))
        elif isinstance(node, ast.Import):
            for each in node.names:
                bound = each.asname or each.name.partition(".")[0]
                if modules.is_own(each.name) and bound in used:
                    found.append(UsesApplication(place=place, module=each.name))
    return found

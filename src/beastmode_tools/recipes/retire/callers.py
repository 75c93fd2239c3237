"""Where a project itself calls one of its routes: its tests, its own clients, its templates' `url_for`."""

import ast
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from beastmode_tools.recipes.code.layout import SKIPPED, parsed
from beastmode_tools.recipes.code.routes import PARAMETER, RoutePlace
from beastmode_tools.recipes.phases.uses import Use
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.files import is_migration
from beastmode_tools.source.syntax import last_name

__all__ = ["callers"]

GAP = "\0"
"""Stands for a value that the text of a path does not tell."""
VERSIONED = re.compile(r"^/api/[^/]+")
MOST_ROUNDS = 3
"""A URL is made of a constant, and another one of that one; longer chains are not written."""


def callers(workspace: Workspace, route: RoutePlace, blueprint: str, *, is_first: bool) -> list[Use]:
    """The lines that call a route, or that build its URL.

    Args:
        workspace: The project's files.
        route: The route.
        blueprint: The name of its blueprint, which is the first half of its endpoint.
        is_first: Whether its version is the one that paths without a version lead to.
    """
    paths = [pattern_of(route.path)]
    if is_first:
        paths.append(pattern_of(VERSIONED.sub("/api", route.path)))
    found: set[Use] = set()
    for file in sorted(workspace.folder.rglob("*.py")):
        name = file.relative_to(workspace.folder)
        if not SKIPPED.intersection(name.parts) and not is_migration(name.as_posix()):
            tree = parsed(workspace, name.as_posix())
            found |= {Use(name.as_posix(), line) for line in lines(tree, route, f"{blueprint}.{route.view}", paths)}
    return sorted(found, key=lambda use: (use.path, use.line))


def pattern_of(path: str) -> re.Pattern[str]:
    """What a path with values in the place of its parameters looks like."""
    parts = re.split(r"<[^>]+>|\{[^}]+\}", path.rstrip("/"))
    assert len(parts) == 1 + len(PARAMETER.findall(path))  # noqa: S101 - both find the same
    return re.compile(r"[^/]+".join(re.escape(part) for part in parts) + "/?")


def lines(tree: ast.Module, route: RoutePlace, endpoint: str, paths: list[re.Pattern[str]]) -> Iterator[int]:
    """The lines of a module that call the route."""
    outside = texts(tree.body, {})
    for scope in ast.walk(tree):
        if not isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        names = texts(scope.body, outside) if scope is not tree else outside
        for node in inside(scope):
            if isinstance(node, ast.Constant) and node.value == endpoint:
                yield node.lineno
            elif isinstance(node, ast.Call) and node.args and method_of(node) == route.method:
                path = urlsplit(text_of(node.args[0], names)).path
                if any(each.fullmatch(path) for each in paths):
                    yield node.lineno


def inside(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope, without those of the functions in it."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from inside(child)


def method_of(call: ast.Call) -> str:
    """The method of a call such as `client.get(...)` or `client.open(..., method="GET")`."""
    given = next((each.value for each in call.keywords if each.arg == "method"), None)
    if last_name(call.func) == "open":
        return str(given.value).upper() if isinstance(given, ast.Constant) else "GET"
    return last_name(call.func).upper() if isinstance(call.func, ast.Attribute) else ""


def texts(body: list[ast.stmt], known: Mapping[str, str]) -> dict[str, str]:
    """What the names of a scope stand for, as far as they are texts."""
    names = dict(known)
    for _ in range(MOST_ROUNDS):
        for statement in body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            text = text_of(statement.value, names) if isinstance(statement, ast.Assign) else ""
            if text and isinstance(target, ast.Name):
                names[target.id] = text
    return names


def text_of(node: ast.AST, names: Mapping[str, str]) -> str:
    """A text with gaps where it does not tell; "" for anything else."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.Name(id=name):
            return names.get(name, "")
        case ast.FormattedValue(value=value):
            return text_of(value, names) or GAP
        case ast.JoinedStr(values=parts):
            return "".join(text_of(each, names) for each in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (text_of(left, names) or GAP) + (text_of(right, names) or GAP)
        case _:
            return ""

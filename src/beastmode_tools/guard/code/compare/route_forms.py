"""Files in which nothing but the paths and methods of routes is written otherwise."""

import ast
from dataclasses import dataclass

from beastmode_tools.guard.code.compare.decorators import is_route
from beastmode_tools.guard.code.compare.imports import same_module
from beastmode_tools.source.syntax import Module, NotReadable, module_of

__all__ = ["RoutesRedeclared", "only_routes_differ", "redeclared"]

SAID_BY_ROUTES = {"rule", "path", "methods", "endpoint"}
"""What the started application shows of a declaration; anything else of it may mean more."""


@dataclass(frozen=True, slots=True)
class RoutesRedeclared:
    """A file in which only routes are declared otherwise; what that does is seen in the started applications."""

    path: str
    line: int
    views: tuple[str, ...]


def redeclared(old: Module, new: Module) -> RoutesRedeclared | None:
    """The change, if nothing but paths and methods in decorators of routes differs."""
    if not only_routes_differ(old, new):
        return None
    views = {name: each.node for name, each in new.functions.items()} | new.classes
    before = {name: each.node for name, each in old.functions.items()} | old.classes
    changed = [
        (node.lineno, name)
        for name, node in views.items()
        if list(map(ast.dump, node.decorator_list)) != list(map(ast.dump, before[name].decorator_list))
    ]
    return RoutesRedeclared(new.path, min(changed)[0], tuple(name for _, name in sorted(changed))) if changed else None


def only_routes_differ(old: Module, new: Module) -> bool:
    """Whether two versions of a file are the same but for the paths and methods of their routes."""
    before, after = without_paths(old), without_paths(new)
    return isinstance(before, Module) and isinstance(after, Module) and same_module(before, after)


def without_paths(module: Module) -> Module | NotReadable:
    """The file with each run of route decorators reduced to where it stands and what else it says."""
    tree = ast.parse(ast.unparse(module.tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            node.decorator_list = reduced(node.decorator_list)
    return module_of(module.path, ast.unparse(tree))


def reduced(decorators: list[ast.expr]) -> list[ast.expr]:
    """The decorators, the same declaration twice in a row taken once."""
    kept: list[ast.expr] = []
    for each in decorators:
        one = bare(each) if isinstance(each, ast.Call) and is_route(each) else each
        if not (is_route(one) and kept and ast.dump(kept[-1]) == ast.dump(one)):
            kept.append(one)
    return kept


def bare(call: ast.Call) -> ast.Call:
    """A declaration without its path and methods."""
    function = call.func
    if isinstance(function, ast.Attribute):
        function = ast.Attribute(function.value, "route", ast.Load())
    said = [each for each in call.keywords if each.arg not in SAID_BY_ROUTES]
    other = [each for each in call.args if not isinstance(each, ast.Constant)]
    return ast.fix_missing_locations(ast.copy_location(ast.Call(function, other, said), call))

"""The routes that the project's blueprints declare, and the one that a person means."""

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, modules, parsed
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["BlueprintVariable", "RoutePlace", "blueprints_of", "decorated", "model_beside", "routes_of", "the_route"]

METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:[^:<>]+:)?(\w+)>|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class RoutePlace:
    """A view and the decorator that declares its route.

    Args:
        method: In capital letters.
        path: With its version, such as "/api/v1/products/<int:product_id>".
        version: Of the API.
        view: The name of the function.
        blueprint: The variable of its blueprint.
        module: The path of the module.
        options: Keyword of the declaration -> its value, as written.
        decorators: Name of each other decorator of the function -> the decorator, as written.
    """

    method: str
    path: str
    version: str
    view: str
    blueprint: str
    module: str
    options: dict[str, str]
    decorators: dict[str, str]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in its path."""
        return tuple(first or second for first, second in PARAMETER.findall(self.path))

    @property
    def declaration(self) -> str:
        """The name of the decorator that declares it."""
        return f"{self.blueprint}.{self.method.lower()}"

    @property
    def is_public(self) -> bool:
        """Whether it asks nobody to log in."""
        return self.options.get("public") == "True"

    def __str__(self) -> str:
        """The route as a person writes it."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class BlueprintVariable:
    """A blueprint.

    Args:
        variable: Its name in the module.
        name: Its first argument.
        prefix: Of its rules.
        version: Of the API.
        module: The path of the module.
    """

    variable: str
    name: str
    prefix: str
    version: str
    module: str


def blueprints_of(workspace: Workspace) -> list[BlueprintVariable]:
    """Every blueprint that is declared at the top of a module."""
    return [each for path in modules(workspace.folder) for each in declared(parsed(workspace, path), path)]


def declared(tree: ast.Module, path: str) -> Iterator[BlueprintVariable]:
    """The blueprints of a module."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target, call = node.targets[0], node.value
        if isinstance(target, ast.Name) and ast.unparse(call.func).rpartition(".")[2] == "Blueprint" and call.args:
            given = {each.arg: each.value.value for each in call.keywords if isinstance(each.value, ast.Constant)}
            name = str(call.args[0].value) if isinstance(call.args[0], ast.Constant) else target.id
            prefix, version = str(given.get("url_prefix", "")), str(given.get("version", ""))
            yield BlueprintVariable(target.id, name, prefix, version, path)


def routes_of(workspace: Workspace) -> list[RoutePlace]:
    """Every route of the project's blueprints."""
    found = []
    for path in modules(workspace.folder):
        tree = parsed(workspace, path)
        known = {each.variable: each for each in declared(tree, path)}
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        found += [place for node in functions for place in of_function(node, known)]
    return found


def of_function(
    node: ast.FunctionDef | ast.AsyncFunctionDef, known: dict[str, BlueprintVariable]
) -> Iterator[RoutePlace]:
    """The routes that a function's decorators declare."""
    written = {
        ast.unparse(each.func if isinstance(each, ast.Call) else each): ast.unparse(each)
        for each in node.decorator_list
    }
    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
            continue
        variable, method = ast.unparse(decorator.func.value), decorator.func.attr
        blueprint = known.get(variable)
        if blueprint is None or method not in METHODS:
            continue
        rule = str(decorator.args[0].value) if decorator.args and isinstance(decorator.args[0], ast.Constant) else ""
        yield RoutePlace(
            method.upper(),
            f"/api/{blueprint.version}{blueprint.prefix}{rule}",
            blueprint.version,
            node.name,
            variable,
            blueprint.module,
            {each.arg: ast.unparse(each.value) for each in decorator.keywords if each.arg},
            {name.rpartition(".")[2]: text for name, text in written.items() if name != f"{variable}.{method}"},
        )


def the_route(workspace: Workspace, text: str) -> RoutePlace:
    """The route that a person means.

    Args:
        workspace: The project's files.
        text: Such as "GET /api/v1/products/<int:product_id>"; without a version the first one, without a method GET.

    Raises:
        CouldNotRun: There is no such route; the message names the nearest one.
    """
    method, _, path = text.strip().rpartition(" ")
    method = method.strip().upper() or "GET"
    routes = routes_of(workspace)
    for route in routes:
        if route.method == method and same(path) in (same(route.path), same(route.path.split("/", 3)[-1])):
            return route
    known = {f"{each.method} {each.path}": each for each in routes}
    near = difflib.get_close_matches(f"{method} {path}", known, 1)
    hint = f"Did you mean {near[0]!r}?" if near else "Write one such as 'GET /api/v1/users'."
    raise CouldNotRun(f"no blueprint of the project declares {method} {path}. {hint}")


def same(path: str) -> str:
    """A path, whatever its parameters are called."""
    return "/" + PARAMETER.sub("<>", path).strip("/")


def model_beside(layout: Layout, module: str) -> Model | None:
    """The first model of the folder that a module is in."""
    folder = module.rpartition("/")[0]
    return next((each for each in layout.models.values() if each.path.rpartition("/")[0] == folder), None)


def decorated(route: RoutePlace, name: str, decorator: str) -> bool:
    """Whether a route has this decorator.

    Raises:
        CouldNotRun: It has the decorator with other arguments.
    """
    written = route.decorators.get(name)
    if written is None:
        return False
    if written != ast.unparse(ast.parse(decorator, mode="eval")):
        raise CouldNotRun(f"{route} has @{written} already, in {route.module}. Change it there.")
    return True

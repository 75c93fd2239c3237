"""`beast add cache`: the responses of a route are kept until what they show changes."""

import ast
import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.application import add_part
from beastmode_tools.recipes.code.calls import WithDecorator
from beastmode_tools.recipes.code.layout import Layout, Model, parsed, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import RoutePlace, decorated, model_beside, the_route
from beastmode_tools.recipes.code.tests import add_tests, has_people, tests_beside
from beastmode_tools.recipes.field.recipe import schema_of
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_cache"]

LONGEST = 31_536_000
"""Seconds of a year, more than HTTP caches are told to keep anything (RFC 9111)."""


def add_cache(workspace: Workspace, text: str, seconds: int, command: str, *, is_shared: bool = False) -> Plan:
    """Decide what `beast add cache` changes.

    Args:
        workspace: The project's files.
        text: The route, such as "GET /api/v1/products".
        seconds: How long a response is kept.
        command: What the person typed.
        is_shared: Whether the response is the same for every caller.

    Raises:
        CouldNotRun: The route cannot be cached; the message says why.
    """
    layout = read_layout(workspace)
    route = the_route(workspace, text)
    if route.method != "GET":
        raise CouldNotRun(f"{route} changes something; only responses to GET are cached.")
    if not 0 < seconds <= LONGEST:
        raise CouldNotRun(f"{seconds} is not a number of seconds between 1 and {LONGEST}.")
    model = model_beside(layout, route.module)
    if model is None:
        raise CouldNotRun(
            f"no model beside {route.module} says when a response is outdated. "
            f"Add by hand, below its route: @cached_response(timeout={seconds})"
        )
    tags = tags_of(workspace, model, layout)
    shared = "public=True, " if is_shared or route.is_public else ""
    decorator = f"cached_response(timeout={seconds}, {shared}tags=[{', '.join(each.name for each in tags)}])"
    if decorated(route, "cached_response", decorator):
        return Plan(command)
    module = ModuleEdit(workspace, route.module, layout.own)
    module.change(WithDecorator(route.view, route.declaration, decorator))
    module.add_import("beastmode.cache", "cached_response")
    for each in tags:
        module.add_import(each.module, each.name)
    module.save()
    add_part(workspace, layout, "cache", "Cache()", ("beastmode.cache", "Cache"))
    has_test = add_test(workspace, layout, route, model)
    steps = ("beast test",) if has_test else ("no test was written: tests/conftest.py has no ada", "beast test")
    return Plan(
        command, workspace.edits(), next_steps=(*steps, "with more than one server, set REDIS_URL and CACHE_TYPE=redis")
    )


def tags_of(workspace: Workspace, model: Model, layout: Layout) -> list[Model]:
    """The model that a response shows, and those of the relations that it shows."""
    shown = fields_of(workspace, *(schema_of(layout, model) or ("", "")))
    named = {word for name, text in model.attributes.items() if name in shown for word in re.findall(r"\w+", text)}
    return [model, *(each for name, each in sorted(layout.models.items()) if name in named and each != model)]


def fields_of(workspace: Workspace, path: str, name: str) -> set[str]:
    """The names that a schema shows; none if there is no schema."""
    classes = [node for node in parsed(workspace, path).body if isinstance(node, ast.ClassDef)] if path else []
    body = [statement for node in classes if node.name == name for statement in node.body]
    return {ast.unparse(target) for each in body if isinstance(each, ast.Assign) for target in each.targets}


def add_test(workspace: Workspace, layout: Layout, route: RoutePlace, model: Model) -> bool:
    """Adds the test; whether it could be written."""
    if not has_people(workspace) or len(route.parameters) > 1:
        return False
    needs_row = bool(route.parameters)
    values = {"view": route.view, "arguments": "ada, factory" if needs_row else "ada", "path": route.path}
    if needs_row:
        values["path"] = re.sub(r"<[^>]+>", "{row.id}", route.path)
    row = f"    row = factory({model.name})\n" if needs_row else ""
    test = TEST.format(**values, row=row, f="f" if needs_row else "")
    imports = [(model.module, model.name)] if needs_row else []
    add_tests(workspace, layout.own, tests_beside(workspace, route.blueprint), imports, test)
    return True


TEST = """
def test_{view}_answers_from_the_cache({arguments}):
{row}    url = {f}"{path}"

    first, second = (ada.api.get(url) for _ in range(2))

    assert first.headers["Cache-Status"] == "beastmode; fwd=miss; stored"
    assert second.headers["Cache-Status"] == "beastmode; hit"
    assert first.json == second.json
"""

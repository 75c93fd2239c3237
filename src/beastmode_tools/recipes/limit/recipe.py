"""`beast add limit`: how often each caller may call a route."""

import re

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.calls import WithDecorator
from beastmode_tools.recipes.code.layout import read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.routes import decorated, the_route
from beastmode_tools.recipes.code.tests import add_tests, has_people, tests_beside
from beastmode_tools.recipes.limit.table import add_counts
from beastmode_tools.recipes.plan import Plan, Stored
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_limit"]

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
BUDGET = re.compile(r"([1-9]\d{0,8}) ?(?:/|per) ?(\w+)")


def add_limit(workspace: Workspace, text: str, budget: str, command: str) -> Plan:
    """Decide what `beast add limit` changes.

    Args:
        workspace: The project's files.
        text: The route, such as "POST /api/v1/products".
        budget: Such as "60/minute".
        command: What the person typed.

    Raises:
        CouldNotRun: There is no such route, or the budget cannot be read.
    """
    found = BUDGET.fullmatch(budget)
    if not found or found[2] not in UNITS:
        raise CouldNotRun(
            f"{budget!r} is not a limit. Write NUMBER/UNIT, such as 60/minute; units: {', '.join(UNITS)}."
        )
    number, window = int(found[1]), UNITS[found[2]]
    layout = read_layout(workspace)
    route = the_route(workspace, text)
    decorator = f"rate_limit(limit={number}, window={window})"
    if decorated(route, "rate_limit", decorator):
        return Plan(command)
    module = ModuleEdit(workspace, route.module, layout.own)
    module.change(WithDecorator(route.view, route.declaration, decorator))
    module.add_import("beastmode.limits", "rate_limit")
    module.save()
    revision = add_counts(workspace)
    if has_people(workspace):
        path = re.sub(r"<[^>]+>", "1", route.path)
        values = {"view": route.view, "path": path, "method": route.method.lower(), "number": number, "window": window}
        test = TEST.format(**values, blueprint=blueprint_name(workspace, route.module, route.blueprint))
        add_tests(workspace, layout.own, tests_beside(workspace, route.blueprint), [], test)
    return Plan(
        command,
        workspace.edits(),
        revision=revision.id if revision else "",
        follows=(revision.follows or "") if revision else "",
        stores=(Stored("rate_counts"),) if revision else (),
        next_steps=("beast dev     migrates the development database", "beast test"),
    )


def blueprint_name(workspace: Workspace, module: str, variable: str) -> str:
    """The name of a blueprint, which its limits have in their headers."""
    found = re.search(rf'^{variable} = Blueprint\(\s*"(\w+)"', workspace.read(module), re.MULTILINE)
    return found[1] if found else variable


TEST = """
def test_{view}_is_limited(ada):
    answer = ada.api.{method}("{path}")

    assert answer.headers["RateLimit-Policy"] == '"{blueprint}.{view}";q={number};w={window}'
"""

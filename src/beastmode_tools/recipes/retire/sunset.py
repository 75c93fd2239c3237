"""Until when a route goes on, as its declaration says: read from the syntax, never by running it."""

import ast
from dataclasses import dataclass
from datetime import date, datetime

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import parsed
from beastmode_tools.recipes.code.routes import RoutePlace
from beastmode_tools.recipes.workspace import Workspace
from beastmode_tools.source.syntax import last_name
from beastmode_tools.source.values import value_of

__all__ = ["Announced", "announced"]

PARTS = 3
"""The year, the month and the day: what a date needs at least."""


@dataclass(frozen=True, slots=True)
class Announced:
    """What clients were told.

    Args:
        sunset: From when on the route may be gone.
        constant: The variable that holds the deprecation; "" if it is written in the route's declaration.
        line: Where the deprecation is, from 1.
    """

    sunset: date
    constant: str
    line: int


def announced(workspace: Workspace, route: RoutePlace) -> Announced | None:
    """What a route's declaration announces; None if nothing.

    Raises:
        CouldNotRun: It announces something without a date, or in a way that is not understood.
    """
    written = route.options.get("deprecated", "None")
    if written == "None":
        return None
    tree = parsed(workspace, route.module)
    value: ast.expr = ast.parse(written, mode="eval").body
    constant, line = "", 1
    if isinstance(value, ast.Name):
        constant = value.id
        found = [
            each for each in tree.body if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == constant
        ]
        value, line = (found[-1].value, found[-1].lineno) if found else (value, line)
    given = {each.arg: each.value for each in value.keywords} if isinstance(value, ast.Call) else {}
    if not isinstance(value, ast.Call) or last_name(value.func) != "Deprecation":
        raise CouldNotRun(
            f"{route} has deprecated={written}, and {route.module} does not say what that is. "
            "Write there: Deprecation(since=datetime(...), sunset=datetime(...))"
        )
    if "sunset" not in given:
        raise CouldNotRun(
            f"{route} is deprecated without a date: {route.module}:{line}. Add until when it goes on: "
            "sunset=datetime(YEAR, MONTH, DAY, tzinfo=UTC)"
        )
    if (day := day_of(given["sunset"])) is None:
        raise CouldNotRun(
            f"the sunset of {route} is {ast.unparse(given['sunset'])}, which is no plain date: {route.module}:{line}. "
            "Write it as datetime(YEAR, MONTH, DAY, tzinfo=UTC)"
        )
    return Announced(day, constant, line)


def day_of(node: ast.expr) -> date | None:
    """The day of `datetime(2027, 1, 31, tzinfo=UTC)` or `datetime.fromisoformat("2027-01-31T00:00:00Z")`."""
    if not isinstance(node, ast.Call):
        return None
    values = [value_of(each) for each in node.args]
    try:
        if last_name(node.func) == "fromisoformat" and len(values) == 1 and isinstance(values[0], str):
            return datetime.fromisoformat(values[0]).date()
        numbers = [each for each in values if isinstance(each, int)]
        if last_name(node.func) == "datetime" and len(numbers) == len(values) >= PARTS:
            return date(*numbers[:PARTS])
    except ValueError:
        return None
    return None

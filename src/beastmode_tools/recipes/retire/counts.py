"""How often a route was called, by whom: from what `/metrics` returned."""

import re
from collections import Counter
from collections.abc import Iterator

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.routes import RoutePlace, same
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["counted"]

LINE = re.compile(
    r'^(?P<name>http_requests_\w+)\{(?P<labels>(?:[^"}]|"(?:[^"\\]|\\.)*")*)\} (?P<value>[\d.eE+]+)', re.MULTILINE
)
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
SHOWN = 3
"""Callers in a line of the terminal; the file has the others."""


def counted(workspace: Workspace, route: RoutePlace, file: str) -> str:
    """A sentence about the calls of a route.

    Args:
        workspace: The project's files.
        route: The route.
        file: Where the text of `/metrics` was stored.

    Raises:
        CouldNotRun: The file is no such text.
    """
    try:
        text = (workspace.folder / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CouldNotRun(f"{file} cannot be read: {problem}. Store there what /metrics returns.") from None
    found = list(series(text))
    if not found:
        raise CouldNotRun(f"{file} has no line http_requests_total. Store there what /metrics of beastmode returns.")
    mine = [(name, labels, value) for name, labels, value in found if same(labels.get("route", "")) == same(route.path)]
    calls = sum(
        value for name, labels, value in mine if name == "http_requests_total" and labels["method"] == route.method
    )
    callers: Counter[str] = Counter()
    for name, labels, value in mine:
        if name == "http_requests_deprecated_total":
            callers[labels.get("caller", "unknown")] += int(value)
    return told(int(calls), callers)


def told(calls: int, callers: Counter[str]) -> str:
    """The sentence."""
    who = [f"{name} {number}" for name, number in callers.most_common(SHOWN)]
    more = f" and {len(callers) - SHOWN} more" if len(callers) > SHOWN else ""
    by = f", by caller, all methods: {', '.join(who)}{more}" if who else ""
    return f"the metrics count {calls} call{'' if calls == 1 else 's'} since the servers started{by}"


def series(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    """Each series about requests: its name, its labels, its value."""
    for found in LINE.finditer(text):
        yield found["name"], dict(LABEL.findall(found["labels"])), float(found["value"])

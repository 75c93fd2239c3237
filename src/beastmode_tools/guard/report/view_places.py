"""Which file answers an operation, so that a finding about the operation can be opened."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from beastmode_tools.guard.finding import Finding
from beastmode_tools.probes.messages.application import Application, Function, Route
from beastmode_tools.source.paths import unnamed

__all__ = ["with_places"]

OPERATION = re.compile(r"^(?:[\w.-]+ )?(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<path>/\S*)(?= →|$)")


def with_places(findings: Iterable[Finding], old: Application | None, new: Application | None) -> Iterator[Finding]:
    """The findings, those about an operation with the file and line of the view that answers it.

    Args:
        findings: Any.
        old: The base; of what is gone only the file is said, since its lines are not in the work tree.
        new: The work side.
    """
    views = {key: f"{path}" for key, path, _ in answered(old)}
    views |= {key: f"{path}:{line}" for key, path, line in answered(new)}
    for finding in findings:
        found = OPERATION.match(finding.where)
        place = views.get((found["method"], unnamed(found["path"]))) if found else None
        yield replace(finding, where=f"{finding.where} ({place})") if place else finding


def answered(app: Application | None) -> Iterator[tuple[tuple[str, str], str, int]]:
    """Method and shape of each route, with the file and line of the function of the project that answers it."""
    for route in app.routes if app else ():
        for method in route.methods:
            view = view_of(route, method)
            if view.path and view.line:
                yield (method, unnamed(route.path)), view.path, view.line


def view_of(route: Route, method: str) -> Function:
    """The function for a method."""
    return route.handlers.get(method) or route.handlers.get(method.lower()) or route.view

"""Several starts of both sides: what stays of each application, and how many starts it takes to be sure of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.application.compare.steady import FEW, steadied
from beastmode_tools.probes.messages.application import UNSTEADY, Application, Route

__all__ = ["Starts", "compare_starts", "is_compared"]

PARTS = ("settings", "documents", "contract", "tables")
SURE = 2
"""Starts of each side until a difference is believed, where nothing random was drawn: the second one has another time,
process and folder, and the order of hashes is the same one on both sides."""
Starts = tuple[Application, Application, int]
"""Both sides as all of their starts show them, and how many starts it takes to believe what differs between them."""


def is_compared(old: Application, new: Application) -> bool:
    """Whether two starts differ in what another start may make otherwise."""
    shown = [
        [*(getattr(app, name) for name in PARTS), sorted(route.path for route in app.routes)] for app in (old, new)
    ]
    return shown[0] != shown[1]


def compare_starts(old: Sequence[Application], new: Sequence[Application]) -> Starts:
    """Both sides without the values that another start of the side gives otherwise.

    Args:
        old: The starts of the base side.
        new: As many of the work side.
    """
    both = [[shown_by(each) for each in side] for side in (old, new)]
    found = steadied(*both)
    draws = any(app.draws for app in (*old, *new))
    needed = SURE if found.needed == FEW and not draws else found.needed
    return of_start(old[0], found.old), of_start(new[0], found.new), needed


def shown_by(app: Application) -> dict[str, Any]:
    """What of an application is compared, as JSON."""
    return {name: getattr(app, name) for name in PARTS} | {"routes": paths_of(app.routes)}


def paths_of(routes: Sequence[Route]) -> dict[str, list[list[str]]]:
    """The parts of every path, by what a route is known by where its path is another one at each start."""
    found: dict[str, list[list[str]]] = {}
    for route in routes:
        found.setdefault(place(route), []).append(route.path.split("/"))
    return found


def place(route: Route) -> str:
    """An endpoint, and how many parts its path has."""
    return f"{route.endpoint} {route.path.count('/')}"


def of_start(first: Application, stays: dict[str, Any]) -> Application:
    """A start without what others showed otherwise; parts of paths that differ from start to start are marks."""
    paths = {name: iter(parts) if isinstance(parts, list) else iter(()) for name, parts in stays["routes"].items()}
    routes = tuple(
        replace(route, path=marked(route.path, next(paths.get(place(route), iter(())), None))) for route in first.routes
    )
    return replace(first, routes=routes, **{name: stays[name] for name in PARTS})


def marked(path: str, parts: Any) -> str:
    """A path with a mark for every part that another start made otherwise."""
    return "/".join(parts) if isinstance(parts, list) and UNSTEADY in parts else path

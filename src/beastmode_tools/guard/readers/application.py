"""An application of one side, started once in the project's interpreter and read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.compare.application import Application, ErrorHandler, Function, Hook, MappedClass, Route
from beastmode_tools.guard.compare.steady import UNSTEADY, steadied
from beastmode_tools.guard.compare.tree import Side
from beastmode_tools.guard.readers.probe import ask_project
from beastmode_tools.project import Project

__all__ = ["application_from", "read_again", "read_application"]


def read_application(side: Side, project: Project, *, database_url: str | None = None) -> Application:
    """What the application of one side is.

    Args:
        side: A private copy of it.
        project: How it starts.
        database_url: A scratch database to start on; an empty one of the probe's own otherwise.

    Raises:
        ProbeFailed: It did not start.
    """
    request = {"migrations_folder": project.migrations_at(side.folder), "database_url": database_url}
    return application_from(ask_project(side, project, "boot", request))


def read_again(side: Side, project: Project, first: Application) -> Application:
    """The application of a side that was read already, without the values that another start gives otherwise.

    The other process has another id, time, temporary folder and order of hashes, as every process of a deploy has.

    Args:
        side: A private copy of it.
        project: How it starts.
        first: What the first start showed.

    Raises:
        ProbeFailed: It did not start again.
    """
    settings = replace(project.settings, environment={**project.settings.environment, "PYTHONHASHSEED": "1"})
    second = read_application(side, replace(project, settings=settings))
    both = {name: steadied(getattr(first, name), getattr(second, name)) for name in COMPARED}
    return replace(first, routes=steady_routes(first.routes, second.routes), **both)


COMPARED = ("settings", "documents", "contract", "tables")


def steady_routes(first: tuple[Route, ...], second: tuple[Route, ...]) -> tuple[Route, ...]:
    """The routes of a start, those with a random part in their path with a mark for it."""
    known = {route.path for route in second}
    others = {(route.endpoint, len(route.path.split("/"))): route.path for route in second}
    return tuple(
        route if route.path in known else replace(route, path=marked(route.path, others.get(place(route))))
        for route in first
    )


def place(route: Route) -> tuple[str, int]:
    """What a route is known by where its path is another one at each start."""
    return (route.endpoint, len(route.path.split("/")))


def marked(path: str, other: str | None) -> str:
    """A path with a mark for every part that another start made otherwise."""
    if other is None:
        return path
    pairs = zip(path.split("/"), other.split("/"), strict=True)
    return "/".join(one if one == two else UNSTEADY for one, two in pairs)


def application_from(facts: Mapping[str, Any]) -> Application:
    """The facts of an application from what `probes/boot.py` answers."""
    return Application(
        routes=tuple(route(one) for one in facts["routes"]),
        settings=facts["settings"],
        hooks=tuple(Hook(one["kind"], one["blueprint"], function(one["function"])) for one in facts["hooks"]),
        error_handlers=tuple(
            ErrorHandler(one["blueprint"], one["error"], function(one["function"])) for one in facts["error_handlers"]
        ),
        documents=facts["documents"],
        contract=facts["contract"],
        library=facts["library"],
        extensions=tuple(facts["extensions"]),
        mapped=tuple(MappedClass(**{**one, "columns": tuple(one["columns"])}) for one in facts["mapped"]),
        tables=facts["tables"],
        jobs=tuple(function(one) for one in facts["jobs"]),
        commands=tuple(facts["commands"]),
        boot_migrates=tuple(facts["boot_migrates"]),
        invented=tuple(facts["invented"]),
        invent=tuple(facts.get("invent", ())),
        attempts=tuple(facts["attempts"]),
        packages=facts["packages"],
        notes=tuple(facts["notes"]),
    )


def function(fact: Mapping[str, Any]) -> Function:
    """A function's fact."""
    return Function(**{**fact, "decorators": tuple(fact["decorators"])})


def route(fact: Mapping[str, Any]) -> Route:
    """A route's fact."""
    handlers = {method: function(one) for method, one in fact["handlers"].items()}
    return Route(**{**fact, "methods": tuple(fact["methods"]), "view": function(fact["view"]), "handlers": handlers})

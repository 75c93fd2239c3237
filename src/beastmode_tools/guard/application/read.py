"""An application of one side, started once in the project's interpreter and read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from beastmode_tools.probe_process import ask_project
from beastmode_tools.project import Project
from beastmode_tools.source.application import Application, ErrorHandler, Function, Hook, MappedClass, Route
from beastmode_tools.source.sides import Side

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


def read_again(side: Side, project: Project, number: int) -> Application:
    """The application of a side that was started before, as another start of it is.

    The other process has another id, time, temporary folder and order of hashes, as every process of a deploy has.

    Args:
        side: A private copy of it.
        project: How it starts.
        number: How many starts came before. It decides the order of hashes, which so is the same one on both sides.

    Raises:
        ProbeFailed: It did not start again.
    """
    environment = {**project.settings.environment, "PYTHONHASHSEED": str(number)}
    return read_application(side, replace(project, settings=replace(project.settings, environment=environment)))


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
        draws=facts["draws"],
        notes=tuple(facts["notes"]),
    )


def function(fact: Mapping[str, Any]) -> Function:
    """A function's fact."""
    return Function(**{**fact, "decorators": tuple(fact["decorators"])})


def route(fact: Mapping[str, Any]) -> Route:
    """A route's fact."""
    handlers = {method: function(one) for method, one in fact["handlers"].items()}
    return Route(**{**fact, "methods": tuple(fact["methods"]), "view": function(fact["view"]), "handlers": handlers})

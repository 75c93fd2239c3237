"""`overview`: what the project is."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import OverviewArguments
from beastmode_tools.agent.tools.database import revisions
from beastmode_tools.agent.tools.docs import packages
from beastmode_tools.agent.tools.project import project_in
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.probes.messages.application import Application, Route
from beastmode_tools.project import Project
from beastmode_tools.source.files import is_test
from beastmode_tools.source.repository import two_sides
from beastmode_tools.source.sides import Side
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["answer"]

CORE = (
    "beastmode",
    "flask",
    "sqlalchemy",
    "alembic",
    "marshmallow",
    "flask-smorest",
    "flask-migrate",
    "celery",
    "redis",
)
"""What decides how code is written; `include=packages` lists all."""

DEFINED = re.compile(r"^(?:async )?def (?P<name>\w+)\(", re.MULTILINE)


def answer(performer: Performer, arguments: OverviewArguments) -> dict[str, Any]:
    """The parts that were asked for."""
    root = performer.grants.root
    project = project_in(root)
    with copied(project) as work:
        app = read_application(work, project)
        places = definitions(work.folder)
    parts = parts_of(app, places, root)
    told: dict[str, Any] = {"name": root.name, "python": str(project.python.name), "core": core(app)}
    return told | {name: parts[name]() for name in arguments.include}


@contextmanager
def copied(project: Project) -> Iterator[Side]:
    """The project as a private copy; before the first commit, and without git, as it is."""
    if Git(project.root).ask_or_none("rev-parse", "--verify", "--quiet", "HEAD") is None:
        yield Side("work", project.folder, project.root)
        return
    with two_sides(project, "HEAD") as comparison:
        yield comparison.new


def parts_of(app: Application, places: dict[str, list[str]], root: Path) -> Mapping[str, Callable[[], Any]]:
    """Each part by its name, made when it is asked for."""
    return {
        "routes": lambda: [route_facts(each, places) for each in app.routes],
        "tables": lambda: tables(app),
        "versions": lambda: versions(app),
        "settings": lambda: sorted(app.settings),
        "migrations": lambda: migrations(root),
        "packages": lambda: packages(root),
    }


def core(app: Application) -> dict[str, str]:
    """Versions of the packages that decide how code is written."""
    return {name: app.packages[name] for name in CORE if name in app.packages}


def route_facts(route: Route, places: dict[str, list[str]]) -> dict[str, Any]:
    """A route: where it answers, and where its code is."""
    own = {f"{each.path}:{each.line}" for each in (route.handlers.values() or (route.view,)) if each.path}
    # A library's view calls a function of the project, after which its endpoint is named.
    named = places.get(route.endpoint.rpartition(".")[2], [])
    place = ", ".join(sorted(own or named[:1])) or f"{route.view.module}.{route.view.name}"
    return {"path": route.path, "methods": list(route.methods), "endpoint": route.endpoint, "place": place}


def definitions(folder: Path) -> dict[str, list[str]]:
    """Name of a function -> file and line of each definition, without those of tests."""
    found: dict[str, list[str]] = {}
    for name, path in sorted(files_below(folder)):
        if name.endswith(".py") and is_readable(path) and not is_test(name):
            for match in DEFINED.finditer(path.read_text(encoding="utf-8", errors="replace")):
                line = match.string.count("\n", 0, match.start("name")) + 1
                found.setdefault(match["name"], []).append(f"{name}:{line}")
    return found


def tables(app: Application) -> dict[str, Any]:
    """Each table with its columns, in a line each."""
    return {
        name: {
            "columns": {column: column_line(facts) for column, facts in table["columns"].items()},
            "model": next((f"{each.module}.{each.name}" for each in app.mapped if each.table == name), None),
        }
        for name, table in app.tables.items()
    }


def column_line(facts: dict[str, Any]) -> str:
    """A column in a few words."""
    words = [str(facts.get("type"))]
    words += ["primary key"] if facts.get("primary_key") else []
    words += ["null"] if facts.get("nullable") else ["not null"]
    return " ".join(words)


def versions(app: Application) -> dict[str, list[str]]:
    """Each version of the API with its operations."""
    return {
        name: sorted(
            f"{method.upper()} {path}"
            for path, item in document.get("paths", {}).items()
            for method in item
            if method in ("get", "post", "put", "patch", "delete")
        )
        for name, document in app.documents.items()
    }


def migrations(root: Path) -> dict[str, Any]:
    """The newest revisions that the development database has, and those that are not applied."""
    told: dict[str, Any] = {"unknown": "the development database cannot be asked"}
    with suppress(CouldNotRun):
        return revisions(root)
    return told

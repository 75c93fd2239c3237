"""Asks the project's own Alembic to do something on a scratch database."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beastmode_tools.errors import CouldNotRun, ProbeFailed
from beastmode_tools.guard.databases.scratch import Database
from beastmode_tools.probe_process import ask_project
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Answers", "Command", "error_of", "run_migrations", "where_of"]

Command = dict[str, Any]
LACKS_TABLE = re.compile(
    r"no such (?:table|column)|UndefinedTable|UndefinedColumn|(?:relation|column) .* does not exist"
)
"""How databases tell an application that reads while it starts that its own migrations have not run yet."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one process answered.

    Args:
        results: One for each command.
        order: Every revision of the history, each after those that it needs.
        attempts: What the code tried and was refused.
    """

    results: Sequence[Mapping[str, Any]]
    order: tuple[str, ...]
    attempts: tuple[str, ...]


def run_migrations(side: Side, project: Project, database: Database, commands: Sequence[Command]) -> Answers:
    """What every command found, in one process of the project's interpreter (`probes/migrate.py` has the commands).

    Raises:
        CouldNotRun: The project has no migrations.
        ProbeFailed: The process ended without an answer.
    """
    migrations = project.migrations_at(side.folder)
    if migrations is None:
        raise CouldNotRun("the project has no Alembic folder (one with an env.py), so there is nothing to prove")
    request = {
        "alembic": migrations,
        "database_url": database.url,
        "create_all": False,
        "commands": list(commands),
        "named": {column: list(values) for column, values in project.named.items()},
    }
    try:
        answer = ask_project(side, project, "migrate", request)
    except ProbeFailed as error:
        if not LACKS_TABLE.search(str(error)):
            raise
        answer = ask_project(side, project, "migrate", {**request, "aside": True})
    return Answers(answer["results"], tuple(answer.get("order", ())), tuple(answer.get("attempts", ())))


def error_of(result: Mapping[str, Any]) -> str:
    """What went wrong in one command, in one line; "" where nothing did."""
    error = result.get("error")
    if not error:
        return ""
    kind, message = error.get("type", ""), error.get("message", "")
    return f"{kind}: {message}" if message else str(kind)


def where_of(side: Side, record: Mapping[str, Any], line: int = 0) -> str:
    """A revision's file relative to the project's folder, with the line if there is one."""
    path = Path(str(record.get("path", "")))
    folder = side.folder.resolve()
    shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return f"{shown}:{line}" if line else shown

"""An application of one side, started once in the project's interpreter and read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from beastmode_tools.probe_process import ask_project, read_message
from beastmode_tools.probes.messages.application import Application
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["read_again", "read_application"]


def read_application(
    side: Side, project: Project, *, database_url: str | None = None, watch: Sequence[Mapping[str, Any]] = ()
) -> Application:
    """What the application of one side is.

    Args:
        side: A private copy of it.
        project: How it starts.
        database_url: A scratch database to start on; an empty one of the probe's own otherwise.
        watch: Changed functions, of which is taken down whether the start runs them.

    Raises:
        ProbeFailed: It did not start.
    """
    request = {
        "migrations_folder": project.migrations_at(side.folder),
        "database_url": database_url,
        "watch": list(watch),
    }
    return read_message(Application, ask_project(side, project, "boot", request))


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

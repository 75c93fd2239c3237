"""Runs one side's code on one scratch database, and reads what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Database
from beastmode_tools.guard.mixed.compare.replayed import Replayed
from beastmode_tools.probe_process import ask_project, read_message
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Run", "replay"]

EACH = 5.0
"""Seconds; a request that takes longer on a database with 20 rows waits for something that is refused here."""
BUDGET = 20.0
"""Seconds for all requests of one cell; there are four cells, and a check is to end within a minute or two."""


@dataclass(frozen=True, slots=True)
class Run:
    """What to run where.

    Args:
        side: Whose code.
        database: On which database; it is written into.
        sweep: Whether every mapped class is used.
        methods: What is requested.
        bodies: "POST /users/<int:id>" -> JSON.
        gather: Whether many rows shall point to one, so that a list of its children is long.
        migrating: Whether the migrations that the application runs at boot are let through; nothing else is done then.
        each: Seconds that one request may take.
        watch: The changed functions, as the probe watches them.
    """

    side: Side
    database: Database
    sweep: bool = True
    methods: tuple[str, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
    bodies: Mapping[str, Any] = field(default_factory=dict)
    gather: bool = False
    migrating: bool = False
    each: float = EACH
    watch: Sequence[Mapping[str, Any]] = ()


def replay(run: Run, project: Project) -> Replayed:
    """What became of it; an application that does not start is a fact, not an error."""
    request: dict[str, Any] = {
        "alembic": project.migrations_at(run.side.folder),
        "database_url": run.database.url,
        "migrations": "run" if run.migrating else "record",
        "create_all": False,
        "only_boot": run.migrating,
        "sweep": run.sweep,
        "methods": list(run.methods),
        "replays": list(project.settings.replays),
        "bodies": dict(run.bodies),
        "gather": run.gather,
        "watch": [dict(each) for each in run.watch],
        "each": min(run.each, project.settings.timeout),
        "budget": min(BUDGET, project.settings.timeout),
    }
    try:
        answer = ask_project(run.side, project, "replay", request)
    except ProbeFailed as error:
        words = str(error).split(": ", 1)[-1]
        return Replayed(migrating_error=words) if run.migrating else Replayed(start_error=words)
    return replace(read_message(Replayed, answer), migrating_error="" if run.migrating else None)

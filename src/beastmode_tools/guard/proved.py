"""What was shown of a change by running both sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.compare.migrations.operations import DropColumn
from beastmode_tools.guard.compare.mixed.facts import Matrix
from beastmode_tools.guard.compare.mixed.usage import DroppedInUse, DroppedOutOfUse, UsePlace, dropped, judge_drops
from beastmode_tools.guard.readers.repository import Comparison
from beastmode_tools.guard.readers.usage import Sources
from beastmode_tools.guard.reading import Reading
from beastmode_tools.project import Project

__all__ = ["Proved", "used_drops"]


@dataclass(slots=True)
class Proved:
    """What was shown.

    Args:
        changes: For the rules.
        notes: What could not be shown, and why.
        pictures: For pages.
        matrices: The mixed versions, one for each kind of database.
        has_queries: Somewhere queries are counted already.
        shown: The revisions of which a run showed something.
    """

    changes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)
    matrices: list[Matrix] = field(default_factory=list)
    has_queries: bool = False
    shown: set[str] = field(default_factory=set)


def used_drops(
    reading: Reading, comparison: Comparison, project: Project, matrices: Sequence[Matrix]
) -> list[DroppedInUse | DroppedOutOfUse]:
    """What the new revisions drop, judged by whether the base still uses it."""
    places: dict[str, Sequence[UsePlace]] = {}
    sources = Sources(comparison.old.folder, project.migrations)
    for name, operation in dropped(reading.operations):
        column = operation.column if isinstance(operation, DropColumn) else None
        places[name] = sources.uses(operation.table, column)
    return list(judge_drops(reading.operations, places, matrices))

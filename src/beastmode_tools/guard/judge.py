"""From what was read and shown of a change to what is found in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.application.compare.starting import ModelsChanged
from beastmode_tools.guard.finding import Finding, each_once
from beastmode_tools.guard.migrations.compare.operations import DropColumn, Operation
from beastmode_tools.guard.migrations.compare.plans import plans_kept
from beastmode_tools.guard.migrations.compare.proved.facts import Drift
from beastmode_tools.guard.migrations.compare.proved.settled import settled
from beastmode_tools.guard.migrations.compare.proved.unproved import MigrationsNotProved, unproved
from beastmode_tools.guard.migrations.read import changes_by
from beastmode_tools.guard.mixed.compare.facts import Matrix
from beastmode_tools.guard.mixed.compare.tested import Tested
from beastmode_tools.guard.mixed.compare.usage import DroppedInUse, DroppedOutOfUse, UsePlace, dropped, judge_drops
from beastmode_tools.guard.mixed.read.usage import Sources
from beastmode_tools.guard.read import Reading
from beastmode_tools.guard.report.behavior import decided
from beastmode_tools.guard.report.causes import with_causes
from beastmode_tools.guard.report.gathered import changed_code, one_for_starting, without_changed_code
from beastmode_tools.guard.report.replaced import without_replaced
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules import RULES
from beastmode_tools.project import Project
from beastmode_tools.source.folder import FolderFiles
from beastmode_tools.source.repository import Comparison

__all__ = ["Proved", "findings_of", "used_drops"]

LOST = ("Nothing was proved on", "No database could be brought", "Mixed versions were not proved")
"""How notes begin that say why neither side was run on a schema."""


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
        operations: What the new revisions do, read and seen to run; None where nothing ran.
        tested: Both sides' own tests, where they run changed functions.
    """

    changes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)
    matrices: list[Matrix] = field(default_factory=list)
    has_queries: bool = False
    shown: set[str] = field(default_factory=set)
    operations: list[Operation] | None = None
    tested: Tested | None = None


def used_drops(
    operations: Sequence[Operation], comparison: Comparison, project: Project, matrices: Sequence[Matrix]
) -> list[DroppedInUse | DroppedOutOfUse]:
    """What the new revisions drop, judged by whether the base still uses it."""
    places: dict[str, Sequence[UsePlace]] = {}
    sources = Sources(comparison.old.folder, project.migrations)
    for name, operation in dropped(operations):
        column = operation.column if isinstance(operation, DropColumn) else None
        places[name] = sources.uses(operation.table, column)
    return list(judge_drops(operations, places, matrices))


def findings_of(
    project: Project, comparison: Comparison, reading: Reading, proved: Proved, *, asked: bool
) -> list[Finding]:
    """What the rules find in everything that was read and proved, each thing once; `asked`: proofs were asked for."""
    migrations = migration_changes(reading, proved)
    operations = [each for each in migrations if isinstance(each, Operation)]
    drops = used_drops(operations, comparison, project, proved.matrices)
    is_compared = any(isinstance(each, Drift) for each in proved.changes)
    plans = plans_kept(operations, reading.old_app, FolderFiles(comparison.old.folder))
    read_only = (each for each in reading.changes if not (is_compared and isinstance(each, ModelsChanged)))
    unknown = not_proved(reading, proved, asked=asked)
    findings = judge(RULES, [*read_only, *migrations, *proved.changes, *drops, *plans, *unknown])
    return by_behavior(list(each_once(without_replaced(findings, drops))), proved, reading, asked=asked)


def by_behavior(findings: list[Finding], proved: Proved, reading: Reading, *, asked: bool) -> list[Finding]:
    """The findings, with one for all code that does something else in place of those about each function."""
    code = changed_code(findings)
    kept, reason = one_for_starting(without_changed_code(findings, code), code)
    why = reason or lost(proved, asked=asked)
    starts = (reading.old_app, reading.new_app)
    return with_causes([*kept, *judge(RULES, decided(code, proved.matrices, why, starts, proved.tested))])


def lost(proved: Proved, *, asked: bool) -> str:
    """Why no request was sent to changed code, in words that stand in brackets; "" where some were."""
    if not asked:
        return "no request was sent: --no-proofs"
    found = next((note for note in proved.notes if note.startswith(LOST)), "") if not proved.matrices else ""
    return found.rstrip(".")


def migration_changes(reading: Reading, proved: Proved) -> list[object]:
    """What the new revisions do: as they were seen to run, else as they read."""
    if reading.histories is None:
        return []
    operations = reading.operations if proved.operations is None else proved.operations
    return list(settled(changes_by(operations, reading.histories), proved.changes))


def not_proved(reading: Reading, proved: Proved, *, asked: bool) -> Iterator[MigrationsNotProved]:
    """The new revisions of which no run showed anything."""
    if reading.histories is not None:
        known = reading.histories.new.revisions
        yield from unproved(known, reading.new_revisions, proved.shown, proved.notes, asked=asked)

"""The second half of a check: what is shown by running both sides on scratch databases."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.errors import CouldNotRun, ProbeFailed
from beastmode_tools.guard.compare import mixed as mixed_versions
from beastmode_tools.guard.compare import queries
from beastmode_tools.guard.compare.migration_captured import differences
from beastmode_tools.guard.compare.mixed import Matrix
from beastmode_tools.guard.compare.operations import DropColumn
from beastmode_tools.guard.compare.usage import DroppedInUse, DroppedOutOfUse, UsePlace, dropped, judge_drops
from beastmode_tools.guard.proofs.anonymous import prove_anonymous
from beastmode_tools.guard.proofs.bodies import bodies_of
from beastmode_tools.guard.proofs.captured import operations_that_ran
from beastmode_tools.guard.proofs.drift import new_drift
from beastmode_tools.guard.proofs.mixed import prove_mixed
from beastmode_tools.guard.proofs.reversible import Start, prove_revisions
from beastmode_tools.guard.proofs.schemas import Schemas, make_schemas, removed
from beastmode_tools.guard.proofs.scratch import Scratch, scratches
from beastmode_tools.guard.proofs.states import State, move, reach
from beastmode_tools.guard.proofs.usage import uses
from beastmode_tools.guard.question import Question
from beastmode_tools.guard.readers.repository import Comparison
from beastmode_tools.guard.reading import Read
from beastmode_tools.project import Project

__all__ = ["Proved", "prove_change", "used_drops"]

Progress = Callable[[str], None]


@dataclass(slots=True)
class Proved:
    """What was shown.

    Args:
        changes: For the rules.
        notes: What could not be shown, and why.
        pictures: For pages.
        matrices: The mixed versions, one for each kind of database.
        states: For each kind of database, the ones at the base's and at the work's head.
        dialects: On which kinds something was proved.
    """

    changes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, Any] = field(default_factory=dict)
    matrices: list[Matrix] = field(default_factory=list)
    states: list[tuple[State, State]] = field(default_factory=list)
    dialects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work:
    """One check's proofs: what is looked at, and who is told."""

    project: Project
    comparison: Comparison
    read: Read
    progress: Progress


def prove_change(question: Question, comparison: Comparison, read: Read, progress: Progress) -> Proved:
    """What both sides do when they run.

    Args:
        question: What is asked, and of which project.
        comparison: The two sides.
        read: What is known of them.
        progress: Told what takes a moment.
    """
    work = Work(question.project, comparison, read, progress)
    proved = Proved()
    if read.old_app is None or read.new_app is None:
        proved.notes.append("Nothing was proved by running, since not both sides start.")
        return proved
    with ExitStack() as stack:
        found, notes = scratches(question.shadow_url, python=question.project.python, progress=progress)
        proved.notes.extend(notes)
        for scratch in found:
            if question.on and scratch.dialect not in question.on:
                continue
            prove_on(work, stack.enter_context(scratch), proved)
    proved.changes.extend(new_drift(proved.states))
    proved.changes.extend(mixed_versions.compare(proved.matrices))
    return proved


def prove_on(work: Work, scratch: Scratch, proved: Proved) -> None:
    """Everything that one kind of database can show."""
    if work.project.migrations is None:
        schemas = unmigrated(scratch, proved)
        head = None
    else:
        head = at_base(work, scratch, proved)
        schemas = None if head is None else with_rows(work, scratch, head, proved)
    if schemas is None:
        return
    try:
        if head is not None and work.read.new_revisions:
            prove_migrations(work, Start(scratch, schemas.old, head.how == "created and stamped"), proved)
            compare_states(work, scratch, head, proved)
        prove_versions(work, scratch, schemas, proved)
        if len(proved.matrices) == 1:
            call_everything(work, scratch, schemas, proved)
    finally:
        removed(scratch, schemas.databases)
    proved.dialects.append(scratch.dialect)


def at_base(work: Work, scratch: Scratch, proved: Proved) -> State | None:
    """An empty database at the base's head."""
    try:
        state = reach(work.comparison.old, work.project, scratch.new(), rows=0, progress=work.progress)
    except ProbeFailed as error:
        proved.notes.append(f"Nothing was proved on {scratch.dialect}: {error}.")
        return None
    proved.notes.extend(state.not_proven)
    return None if state.how == "failed" else state


def with_rows(work: Work, scratch: Scratch, head: State, proved: Proved) -> Schemas | None:
    """Databases with rows at both heads."""
    try:
        schemas = make_schemas(
            work.comparison.old,
            work.comparison.new,
            work.project,
            scratch,
            head=head.database,
            few=not proved.matrices,
            progress=work.progress,
        )
    except (ProbeFailed, CouldNotRun) as error:
        proved.notes.append(f"Mixed versions were not proved on {scratch.dialect}: {error}.")
        return None
    return schemas


def unmigrated(scratch: Scratch, proved: Proved) -> Schemas | None:
    """Databases made from the models of each side, where there is no history."""
    proved.notes.append(f"No history leads anywhere, so nothing was proved on {scratch.dialect}.")
    return None


def prove_migrations(work: Work, start: Start, proved: Proved) -> None:
    """The new revisions up, down and up again; and what they did beside what their source says."""
    proof = prove_revisions(work.comparison.new, work.project, [start], work.read.new_revisions, progress=work.progress)
    proved.changes.extend(proof.facts)
    proved.notes.extend(proof.not_proven)
    for dialect, trips in proof.trips.items():
        ran = operations_that_ran(trips)
        proved.changes.extend(differences(work.read.operations, ran, dialect))


def compare_states(work: Work, scratch: Scratch, head: State, proved: Proved) -> None:
    """The work side's head beside the base's, for what models and migrations newly disagree on."""
    copy = scratch.new(like=head.database)
    try:
        proved.states.append((head, move(work.comparison.new, work.project, copy)))
    except ProbeFailed as error:
        proved.notes.append(f"Models were not compared with the migrated schema on {scratch.dialect}: {error}.")


def prove_versions(work: Work, scratch: Scratch, schemas: Schemas, proved: Proved) -> None:
    """Old and new code on the old and the new schema, and what their routes ask the database."""
    apps = (work.read.old_app, work.read.new_app)
    bodies = {name: bodies_of(app) if app else {} for name, app in zip(("old", "new"), apps, strict=True)}
    try:
        mixed, picture, notes = prove_mixed(
            work.comparison.old,
            work.comparison.new,
            work.project,
            scratch,
            schemas=schemas,
            bodies={"old": bodies["old"], "new": bodies["new"]},
            queries=schemas.old_few is not None,
            progress=work.progress,
        )
    except ProbeFailed as error:
        proved.notes.append(f"Mixed versions were not proved on {scratch.dialect}: {error}.")
        return
    proved.matrices.append(mixed.matrix)
    proved.pictures.setdefault("mixed_versions", picture)
    proved.notes.extend([*schemas.notes, *notes])
    if mixed.costs is not None:
        proved.changes.extend(queries.compare(*mixed.costs))


def call_everything(work: Work, scratch: Scratch, schemas: Schemas, proved: Proved) -> None:
    """Every route called as nobody, on both sides."""
    copies = (scratch.new(like=schemas.old), scratch.new(like=schemas.new))
    try:
        called = prove_anonymous(work.comparison.old, work.comparison.new, work.project, copies, progress=work.progress)
    finally:
        removed(scratch, copies)
    proved.changes.extend(called.changes)
    proved.notes.extend(called.not_proven)


def used_drops(
    work_read: Read, comparison: Comparison, project: Project, matrices: Sequence[Matrix]
) -> list[DroppedInUse | DroppedOutOfUse]:
    """What the new revisions drop, judged by whether the base still uses it."""
    places: dict[str, Sequence[UsePlace]] = {}
    for name, operation in dropped(work_read.operations):
        column = operation.column if isinstance(operation, DropColumn) else None
        places[name] = uses(comparison.old.folder, operation.table, column, migrations=project.migrations)
    return list(judge_drops(work_read.operations, places, matrices))

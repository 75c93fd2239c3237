"""The second half of a check: what is shown by running both sides on scratch databases."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from beastmode_tools.errors import CouldNotRun, ProbeFailed
from beastmode_tools.guard.anonymous.proof import prove_anonymous
from beastmode_tools.guard.databases.scratch import Database, Scratch, SqliteScratch, scratches
from beastmode_tools.guard.judge import Proved
from beastmode_tools.guard.migrations.compare.captured import combined, not_run
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource
from beastmode_tools.guard.migrations.compare.operations import Operation
from beastmode_tools.guard.migrations.compare.proved.unproved import shown_by
from beastmode_tools.guard.migrations.proof.captured import runs_of
from beastmode_tools.guard.migrations.proof.drift import new_drift
from beastmode_tools.guard.migrations.proof.kept import reach_head
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.guard.migrations.proof.states import State
from beastmode_tools.guard.mixed.compare import matrix as mixed_versions
from beastmode_tools.guard.mixed.compare import queries
from beastmode_tools.guard.mixed.compare.facts import Which
from beastmode_tools.guard.mixed.proof.bodies import bodies_of
from beastmode_tools.guard.mixed.proof.matrix import prove_mixed
from beastmode_tools.guard.mixed.proof.old_tests import prove_old_tests, with_tests
from beastmode_tools.guard.mixed.proof.own_tests import prove_own_tests
from beastmode_tools.guard.mixed.proof.schemas import Schemas, make_schemas
from beastmode_tools.guard.read import Question, Reading
from beastmode_tools.guard.wording import sentence
from beastmode_tools.probe_process import together
from beastmode_tools.project import Project
from beastmode_tools.source.changed_functions import changed_functions
from beastmode_tools.source.delta import pairs
from beastmode_tools.source.files import kind_of
from beastmode_tools.source.named_database import named_database
from beastmode_tools.source.repository import Comparison

__all__ = ["prove_change"]

STRICT = {"Enum", "JSON"}
"""Types of SQLAlchemy that are types of their own on PostgreSQL, with values and operators that it refuses."""
Progress = Callable[[str], None]
Bodies = Mapping[Which, Mapping[str, Any]]
"""What the routes of each side take, by operation."""


@dataclass(frozen=True, slots=True)
class Work:
    """One check's proofs: what is looked at, and who is told."""

    project: Project
    comparison: Comparison
    reading: Reading
    progress: Progress
    run_tests: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of database: its maker, an empty one at the base's head, and ones with rows at both heads, if any."""

    scratch: Scratch
    head: State
    schemas: Schemas | None

    @property
    def start(self) -> Start:
        """Where revisions are proved; without the databases at both heads, on the empty one."""
        database = self.head.database if self.schemas is None else self.schemas.old
        return Start(self.scratch, database, self.head.how == "created and stamped")


def prove_change(question: Question, comparison: Comparison, reading: Reading, progress: Progress) -> Proved:
    """What both sides do when they run.

    Args:
        question: What is asked, and of which project.
        comparison: The two sides.
        reading: What is known of them.
        progress: Told what takes a moment.
    """
    work = Work(question.project, comparison, reading, progress, question.run_tests)
    proved = Proved()
    with ExitStack() as stack:
        kinds = of_project_first(wanted(question, proved, progress), comparison)
        opened = [stack.enter_context(scratch) for scratch in kinds]
        if reading.old_app is None or reading.new_app is None:
            proved.notes.append("Old and new code were not run on each other's schema, since not both sides start.")
            prove_migrations(work, [Start(scratch) for scratch in opened], proved)
        elif question.project.migrations is None:
            proved.notes.append("Without migrations there are no two schemas that old and new code could be run on.")
            call_everything(work, None, proved)
        else:
            prove_on(work, opened, proved)
        prove_tests(work, opened, proved)
    proved.changes.extend(mixed_versions.compare(proved.matrices))
    return proved


def wanted(question: Question, proved: Proved, progress: Progress) -> list[Scratch]:
    """The kinds of databases that were asked for and can be had."""
    if question.on == ("sqlite",):
        return [SqliteScratch()]
    found, notes = scratches(question.shadow_url, python=question.project.python, progress=progress)
    proved.notes.extend(notes)
    return [scratch for scratch in found if not question.on or scratch.dialect in question.on]


def of_project_first(kinds: Sequence[Scratch], comparison: Comparison) -> list[Scratch]:
    """The kinds of databases, first the one that the project's settings name: code alone is run on one kind only."""
    named = named_database(comparison.new.folder)
    return sorted(kinds, key=lambda each: each.dialect != named)


def prove_on(work: Work, opened: Sequence[Scratch], proved: Proved) -> None:
    """Everything that databases can show; code alone is run on the first kind that can be had."""
    places: list[Place] = []
    for scratch in by_strictness(work, opened):
        if places and not work.reading.new_revisions:
            break
        if place := prepared(work, scratch, proved):
            places.append(place)
    starts = [place.start for place in places]
    states = [(each.head, each.schemas.new_state) for each in places if each.schemas is not None]
    proved.changes.extend(new_drift((old, new) for old, new in states if new is not None))
    together(partial(prove_migrations, work, starts, proved), partial(prove_all_versions, work, places, proved))
    call_everything(work, next((each for each in places if each.schemas is not None), None), proved)


def by_strictness(work: Work, opened: Sequence[Scratch]) -> list[Scratch]:
    """The kinds of databases in the order in which they are asked: first the one that refuses more of this code.

    Code alone runs on one of them, and SQLite takes what PostgreSQL refuses of enums and JSON.
    """
    apps = (work.reading.old_app, work.reading.new_app)
    kinds = {
        str(column.get("type", "")).partition("(")[0]
        for app in apps
        if app is not None
        for table in app.tables.values()
        for column in table["columns"].values()
    }
    is_strict = bool(kinds & STRICT) and not work.reading.new_revisions
    return sorted(opened, key=lambda scratch: scratch.dialect == "sqlite") if is_strict else list(opened)


def prepared(work: Work, scratch: Scratch, proved: Proved) -> Place | None:
    """One kind of database with what the proofs begin with; None where that cannot be had."""
    head = at_base(work, scratch, proved)
    if head is None:
        return None
    schemas = with_rows(work, scratch, head, proved)
    proved.has_queries = proved.has_queries or schemas is not None
    return Place(scratch, head, schemas)


def at_base(work: Work, scratch: Scratch, proved: Proved) -> State | None:
    """An empty database at the base's head."""
    try:
        packages = work.reading.old_app.packages if work.reading.old_app else {}
        count = len(work.reading.histories.old.revisions) if work.reading.histories else 0
        old, tell = work.comparison.old, work.progress
        state = reach_head(old, work.project, scratch, packages, revisions=count, progress=tell)
    except ProbeFailed as error:
        proved.notes.append(sentence(f"Nothing was proved on {scratch.dialect}: {error}"))
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
            few=not proved.has_queries,
            progress=work.progress,
        )
    except (ProbeFailed, CouldNotRun) as error:
        proved.notes.append(sentence(f"Mixed versions were not proved on {scratch.dialect}: {error}"))
        return None
    return schemas


def prove_migrations(work: Work, starts: Sequence[Start], proved: Proved) -> None:
    """The new revisions up, down and up again; and what they did beside what their source says."""
    if not work.reading.new_revisions or not starts:
        return
    new = work.comparison.new
    proof = prove_revisions(new, work.project, starts, work.reading.new_revisions, progress=work.progress)
    proved.changes.extend(proof.facts)
    proved.notes.extend(proof.not_proven)
    proved.shown.update(shown_by(trip for trips in proof.trips.values() for trip in trips))
    runs = runs_of(proof.trips)
    together = combined(work.reading.operations, runs)
    proved.operations = together.operations
    proved.changes.extend(together.unexplained)
    told = [list(not_run(work.reading.operations, run)) for run in runs]
    missed = [{each.operation for each in one} for one in told]
    proved.changes.extend(each for one in told for each in one if not ran_elsewhere(each, missed))


def ran_elsewhere(change: SeenOnlyInSource, missed: Sequence[set[Operation]]) -> bool:
    """Whether an operation that a condition kept from running here ran on another kind of database."""
    return change.expected and any(change.operation not in each for each in missed)


def prove_all_versions(work: Work, places: Sequence[Place], proved: Proved) -> None:
    """Mixed versions on every kind of database, one after the other: each takes both cores."""
    old, new = work.reading.old_app, work.reading.new_app
    bodies: Bodies = {"old": bodies_of(old) if old else {}, "new": bodies_of(new) if new else {}}
    for place in places:
        if place.schemas is not None:
            prove_versions(work, place, place.schemas, bodies, proved)


def prove_versions(work: Work, place: Place, schemas: Schemas, bodies: Bodies, proved: Proved) -> None:
    """Old and new code on the old and the new schema, and what their routes ask the database."""
    try:
        mixed, picture, notes = prove_mixed(
            work.comparison.old,
            work.comparison.new,
            work.project,
            place.scratch,
            schemas=schemas,
            bodies=bodies,
            queries=schemas.old_few is not None,
            watch=watched(work.comparison),
            progress=work.progress,
        )
    except ProbeFailed as error:
        proved.notes.append(sentence(f"Mixed versions were not proved on {place.scratch.dialect}: {error}"))
        return
    matrix = mixed.matrix
    if work.run_tests:
        sides = (work.comparison.old, work.comparison.new)
        tested, told = prove_old_tests(*sides, work.project, place.scratch, place.head.database, progress=work.progress)
        matrix = with_tests(matrix, tested)
        proved.notes.extend(told)
    proved.matrices.append(matrix)
    proved.pictures.setdefault("mixed_versions", []).append(picture)
    proved.notes.extend([*schemas.notes, *notes])
    if mixed.costs is not None:
        proved.changes.extend(queries.compare(*mixed.costs))


def prove_tests(work: Work, opened: Sequence[Scratch], proved: Proved) -> None:
    """The project's own tests that run changed functions, on both sides."""
    watch = watched(work.comparison)
    tested, notes = prove_own_tests(work.comparison, work.project, opened, watch, progress=work.progress)
    proved.tested = tested
    proved.notes.extend(notes)


def watched(comparison: Comparison) -> dict[Which, list[dict[str, Any]]]:
    """The changed functions of each side, of which requests may show whether they do the same."""
    sources = [pair for pair in pairs(comparison.changes) if kind_of(pair.path) not in {"test", "migration"}]
    old, new = changed_functions(sources)
    return {"old": [each.as_json() for each in old], "new": [each.as_json() for each in new]}


def call_everything(work: Work, place: Place | None, proved: Proved) -> None:
    """Every route called as nobody, on both sides; on empty databases where there are no others."""
    old, new = work.comparison.old, work.comparison.new
    copies: tuple[Database | None, Database | None] = (None, None)
    if place is not None and place.schemas is not None:
        copies = (place.scratch.new(like=place.schemas.old), place.scratch.new(like=place.schemas.new))
    called = prove_anonymous(old, new, work.project, copies, progress=work.progress)
    proved.changes.extend(called.changes)
    proved.notes.extend(called.not_proven)

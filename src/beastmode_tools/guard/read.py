"""The first half of a check: both sides read, and started once."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from beastmode_tools.errors import CouldNotRun, ProbeFailed
from beastmode_tools.guard import files
from beastmode_tools.guard.application.compare import starting
from beastmode_tools.guard.application.compare.entries import entry_for
from beastmode_tools.guard.application.compare.starting import NotStarted
from beastmode_tools.guard.application.compare.starts import compare_starts, is_compared
from beastmode_tools.guard.application.read import read_again, read_application
from beastmode_tools.guard.code.compare.changes import FileNotUnderstood
from beastmode_tools.guard.contract.compare.documents import Document, compare_versions
from beastmode_tools.guard.contract.read.openapi import document_of
from beastmode_tools.guard.contract.specifications import compare_specifications
from beastmode_tools.guard.debt.compare.comments import compare_debts
from beastmode_tools.guard.dependencies.compare.files import DependencyChanged
from beastmode_tools.guard.dependencies.read.vulnerabilities import audit
from beastmode_tools.guard.migrations.compare.history import History, compare
from beastmode_tools.guard.migrations.compare.operations import Operation
from beastmode_tools.guard.migrations.read import Histories, new_operations, read_history
from beastmode_tools.guard.migrations.read.environment import runs_in_one_transaction
from beastmode_tools.guard.migrations.read.named_values import values_named
from beastmode_tools.guard.wording import sentence
from beastmode_tools.probe_process import together
from beastmode_tools.probes.messages.application import Application
from beastmode_tools.project import Project
from beastmode_tools.source.changed_functions import changed_functions
from beastmode_tools.source.delta import pairs
from beastmode_tools.source.files import is_inert, kind_of
from beastmode_tools.source.folder import read_delta
from beastmode_tools.source.repository import Comparison
from beastmode_tools.source.sides import Side

__all__ = ["Question", "Reading", "read_change"]

ASSEMBLES = re.compile(
    r"(?:^|_)(?:app|application|create|make|init|register|configure|setup|build|install|load|add|extensions|blueprints)"
)
"""What functions that a start runs are named for. Watching slows the whole start, so the others are not."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Args:
        project: The project; its work tree is the work side.
        base: A commit, branch or tag; None for the merge base with the main branch.
        proofs: Whether both sides are run on scratch databases.
        shadow_url: A PostgreSQL server for scratch databases.
        run_tests: Whether the base's own tests are run on the new schema.
        on: Kinds of databases to prove on ("sqlite", "postgresql"); all that can be had where it is empty.
    """

    project: Project
    base: str | None = None
    proofs: bool = True
    shadow_url: str | None = None
    run_tests: bool = False
    on: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What is known of a change before anything is proved.

    Args:
        changes: For the rules.
        notes: What was not looked at, and why; one sentence each.
        standing: The same of the project, whatever changes in it.
        old_app: The base side's application, if it started.
        new_app: The work side's application, if it started.
        histories: Both sides' migrations; None where there are none.
        operations: Of the new revisions, both directions, as they read.
        old_documents: The base side's contract, by version.
        new_documents: The work side's contract.
        is_inert: Nothing changed that an application reads.
    """

    changes: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)
    old_app: Application | None = None
    new_app: Application | None = None
    histories: Histories | None = None
    operations: list[Operation] = field(default_factory=list)
    old_documents: dict[str, Document] = field(default_factory=dict)
    new_documents: dict[str, Document] = field(default_factory=dict)
    is_inert: bool = False

    @property
    def new_revisions(self) -> list[str]:
        """Ids of the revisions that came with the change, in the order in which they run."""
        if self.histories is None:
            return []
        cyclic = self.histories.new.cyclic
        return [name for name in self.histories.added if name not in cyclic]

    def startable(self, project: Project) -> Project:
        """The project with settings that its first start had to make up, and values that new revisions ask for."""
        apps = [app for app in (self.old_app, self.new_app) if app is not None]
        known = {} if self.histories is None else self.histories.new.revisions
        named = values_named(known[each].source for each in self.new_revisions if each in known)
        return replace(project, invent=tuple(sorted({name for app in apps for name in app.invent})), named=named)


def read_change(project: Project, comparison: Comparison, *, today: date, progress: Callable[[str], None]) -> Reading:
    """Both sides, read and started, and what differs between them.

    Args:
        project: How it starts.
        comparison: The two sides.
        today: To judge sunset dates and due shortcuts by.
        progress: Told what takes a moment.
    """
    found = Reading()
    found.is_inert = all(is_inert(change.path) and is_inert(change.old_path) for change in comparison.changes)
    if not found.is_inert:
        progress("starting both sides")
        start(project, comparison, found, progress)
        found.changes.extend(compare_documents(found, today))
    read_migrations(project, comparison, found)
    found.changes.extend(
        starting.compare(
            found.old_app,
            found.new_app,
            has_new_revision=bool(found.new_revisions),
            has_migrations=project.migrations is not None,
        )
    )
    found.changes.extend(compare_specifications(comparison.changes, today=today))
    sides, apps = (comparison.old, comparison.new), (found.old_app, found.new_app)
    delta = read_delta(comparison.changes, sides, apps, project.settings.core)
    found.changes.extend(files.compare(delta))
    found.changes.extend(compare_debts(delta, today=today))
    found.changes.extend(FileNotUnderstood(path, 1, said) for path, said in comparison.unread)
    found.notes.extend(
        f"{path} is a repository of its own (a submodule): its files were not looked at."
        for path in comparison.submodules
    )
    vulnerabilities, unknown = audit(each for each in found.changes if isinstance(each, DependencyChanged))
    found.changes.extend(vulnerabilities)
    found.notes.extend(f"{sentence}." for sentence in unknown)
    return found


def start(project: Project, comparison: Comparison, found: Reading, progress: Callable[[str], None]) -> None:
    """Starts both sides at the same time, and takes down how that went."""
    watch = starting_functions(comparison)
    old, new, _ = together(
        lambda: started(comparison.old, project, watch[0]),
        lambda: started(comparison.new, project, watch[1]),
        lambda: parsed_meanwhile(comparison),
    )
    found.old_app = old if isinstance(old, Application) else None
    found.new_app = new if isinstance(new, Application) else None
    if found.old_app is not None and found.new_app is not None:
        compare_with_themselves(project, comparison, found, progress)
    failed = [each for each in (new, old) if isinstance(each, ProbeFailed)]
    if failed:
        sides = "both" if len(failed) == 2 else ("work" if found.new_app is None else "base")
        found.changes.append(NotStarted(sides, str(failed[0]), failed[0].reason, failed[0].detail))
        told = found.standing if sides == "both" else found.notes
        told.append(sentence(f"Routes, settings and contracts were not compared, since {failed[0]}"))
        told.append(entry_for(str(failed[0]), failed[0].reason))
    if found.new_app is not None:
        progress("; ".join(found.new_app.notes) or "both sides have started")
        found.standing.extend(notes_of(found.new_app))


def compare_with_themselves(
    project: Project, comparison: Comparison, found: Reading, progress: Callable[[str], None]
) -> None:
    """Leaves out what differs from start to start, if there is anything that differs between the sides."""
    if found.old_app is None or found.new_app is None or not is_compared(found.old_app, found.new_app):
        return
    old, new = [found.old_app], [found.new_app]
    needed = 2
    while len(old) < needed:
        times = "once more" if needed == 2 else f"once more ({len(old) + 1} of {needed})"
        progress(f"starting both sides {times}, to tell what differs at every start")
        try:
            again = together(
                partial(read_again, comparison.old, project, len(old)),
                partial(read_again, comparison.new, project, len(old)),
            )
        except ProbeFailed as error:
            found.notes.append(
                sentence(f"What differs at every start could not be told from what the change did: {error}")
            )
            return
        old.append(again[0])
        new.append(again[1])
        found.old_app, found.new_app, needed = compare_starts(old, new)


def parsed_meanwhile(comparison: Comparison) -> None:
    """Parses the changed files while others start; what is parsed is remembered by its text."""
    pairs(comparison.changes)


def starting_functions(comparison: Comparison) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The changed functions of each side that a start may run: those that have a word of assembling in their name."""
    sources = [pair for pair in pairs(comparison.changes) if kind_of(pair.path) not in {"test", "migration"}]
    old, new = changed_functions(sources)
    named = {each.key for each in new if ASSEMBLES.search(each.key.rpartition(".")[2].rpartition(" ")[2])}
    return [each.as_json() for each in old if each.key in named], [each.as_json() for each in new if each.key in named]


def started(side: Side, project: Project, watch: Sequence[Mapping[str, Any]]) -> Application | ProbeFailed:
    """The application of one side, or why it did not start."""
    try:
        return read_application(side, project, watch=watch)
    except ProbeFailed as error:
        return error


def notes_of(app: Application) -> Iterator[str]:
    """What starting it has left open."""
    if app.invented:
        yield f"Values for {', '.join(app.invented)} were made up; [guard] environment can say better ones."
    for attempt in app.attempts:
        yield f"While starting, the application tried what a check does not allow: {attempt}."
    if app.boot_migrates:
        yield f"The application migrates while it starts ({', '.join(app.boot_migrates)}); that was kept from it."


def compare_documents(found: Reading, today: date) -> Iterator[Any]:
    """What differs between the contracts of both sides: their documents, else what their routes show."""
    apps = (found.old_app, found.new_app)
    if apps[0] is None or apps[1] is None:
        return
    promised = [app.documents for app in apps if app]
    if not any(promised):
        promised = [{"default": app.contract} if app and app.contract else {} for app in apps]
    found.old_documents, found.new_documents = (readable(each, found.notes) for each in promised)
    if found.old_documents or found.new_documents:
        yield from compare_versions(found.old_documents, found.new_documents, today=today)


def readable(documents: Mapping[str, Any], notes: list[str]) -> dict[str, Document]:
    """The documents that can be read, by name."""
    found: dict[str, Document] = {}
    for name, data in documents.items():
        try:
            found[name] = document_of(data, name)
        except CouldNotRun as error:
            notes.append(sentence(f"The document {name} was not compared: {error}"))
    return found


def read_migrations(project: Project, comparison: Comparison, found: Reading) -> None:
    """Both histories, and what the new revisions do."""
    sides = (comparison.old.folder, comparison.new.folder)
    places = [project.migrations_at(side) for side in sides]
    if places == [None, None]:
        found.standing.append("No Alembic folder (one with an env.py) was found, so no migration was looked at.")
        return
    old, new = (
        History({}, (), ()) if place is None else read_history(side, place)
        for side, place in zip(sides, places, strict=True)
    )
    found.histories = Histories(
        old,
        new,
        comparison.new.folder,
        tables=found.old_app.tables if found.old_app else {},
        big_tables=tuple(project.settings.big_tables),
        postgres=project.settings.postgres_version,
        is_one_transaction=runs_in_one_transaction(comparison.new.folder, places[1]),
    )
    found.changes.extend(compare(old, new))
    found.operations = new_operations(found.histories)

"""The databases that mixed versions run on: the old head with rows, and the same upgraded by the new migrations."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Database, Scratch
from beastmode_tools.guard.migrations.proof.migrating import run_migrations
from beastmode_tools.guard.migrations.proof.states import State, fill_commands, move, reach
from beastmode_tools.guard.migrations.read import read_history
from beastmode_tools.probe_process import together
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["MANY", "Schemas", "make_schemas", "removed"]

MANY = 20
"""Rows of a table: enough that a query for each row stands out from one for all, and few enough to fill every table."""
AT_ONCE = 10
"""PostgreSQL writes to the disk once for all that are removed together; it has 100 connections by default."""
LONG = 100
"""From so many revisions on, the way to the head is gone once and copied, instead of twice at the same time."""


@dataclass(frozen=True, slots=True)
class Schemas:
    """Databases that every cell gets a copy of; nothing is connected to them.

    Args:
        old: At the base side's head, with many rows a table.
        new: The same, upgraded by the work side's migrations.
        old_few: As `old` with one row a table; None where queries are not to be counted.
        new_few: The same, upgraded.
        rows: How many rows a table of `old` has.
        same: The work side adds no migration, so both schemas are one.
        notes: What is not as it should be: how a head was reached, tables without rows.
        new_state: The new head, with what the new models and it disagree on.
    """

    old: Database
    new: Database
    old_few: Database | None = None
    new_few: Database | None = None
    rows: int = MANY
    same: bool = False
    notes: tuple[str, ...] = ()
    new_state: State | None = None

    @property
    def databases(self) -> tuple[Database, ...]:
        """All of them."""
        every = (self.old, self.new, self.old_few, self.new_few)
        return tuple(dict.fromkeys(each for each in every if each is not None))


@dataclass(slots=True)
class Maker:
    """Makes the databases of one kind.

    Args:
        old: The base side.
        new: The work side.
        project: For the interpreter, the settings and limits.
        scratch: Makes the databases.
        notes: What is not as it should be.
        new_state: The new head, once it was made.
    """

    old: Side
    new: Side
    project: Project
    scratch: Scratch
    notes: list[str] = field(default_factory=list)
    new_state: State | None = None

    def reach(self, side: Side, rows: int) -> Database:
        """A database at a side's head, with rows."""
        state = reach(side, self.project, self.scratch.new(), rows=rows)
        self.keep(state)
        return state.database

    def keep(self, state: State) -> None:
        """Takes note of what a state does not show.

        Raises:
            ProbeFailed: It could not be reached.
        """
        if state.how == "failed":
            raise ProbeFailed(" ".join(state.not_proven), reason="error")
        self.notes.extend(note for note in state.not_proven if note not in self.notes)

    def filled(self, head: Database, rows: int) -> Database:
        """A copy of an empty database at the base side's head, with rows."""
        database = self.scratch.new(like=head)
        answers = run_migrations(self.old, self.project, database, fill_commands(self.project, rows))
        refused = answers.results[-2].get("refused", {})
        self.keep(State(database, "upgraded", "heads", refused=refused))
        return database

    def upgraded(self, filled: Database, rows: int) -> Database:
        """A copy that the new migrations have upgraded; the same one where there is nothing to do and to learn."""
        if rows != MANY and self.is_same():
            return filled
        database = self.scratch.new(like=filled)
        state = move(self.new, self.project, database)
        error = state.error
        if not error:
            self.new_state = state if rows == MANY else self.new_state
            return database
        self.scratch.drop(database)
        note = (
            f"The new migrations fail on rows of the old head ({error}); the new schema was made from nothing instead."
        )
        if note not in self.notes:
            self.notes.append(note)
        return self.reach(self.new, rows)

    def is_long(self) -> bool:
        """Whether the history is one that should be run only once."""
        return len(self.revisions(self.old)) > LONG

    def is_same(self) -> bool:
        """Whether no revision is new; one whose id cannot be read may be."""
        new = read_history(self.new.folder, self.project.migrations_at(self.new.folder) or "")
        return not new.problems and set(new.revisions) <= self.revisions(self.old)

    def revisions(self, side: Side) -> set[str]:
        """The ids of a side's revisions."""
        return set(read_history(side.folder, self.project.migrations_at(side.folder) or "").revisions)


def make_schemas(  # noqa: PLR0913 - the sides, where they run, and what is wanted of them
    old: Side,
    new: Side,
    project: Project,
    scratch: Scratch,
    *,
    head: Database | None = None,
    few: bool = True,
    progress: Callable[[str], object] = lambda _text: None,
) -> Schemas:
    """The databases for `prove_mixed`.

    Args:
        old: The base side.
        new: The work side.
        project: For the interpreter, the settings and limits.
        scratch: Makes the databases.
        head: An empty database at the base side's head, where somebody has made one; nothing is connected to it.
        few: Whether databases with one row a table are made, too.
        progress: Told what takes a moment.

    Raises:
        CouldNotRun: The project has no migrations.
        ProbeFailed: A head cannot be reached, whichever way.
    """
    progress(f"making databases at both heads ({scratch.dialect})")
    maker = Maker(old, new, project, scratch)
    sizes = (MANY, 1) if few else (MANY,)
    start = head
    if start is None and maker.is_long():
        start = maker.reach(old, 0)
    if start is None:
        filled = together(*(partial(maker.reach, old, rows) for rows in sizes))
    else:
        filled = together(*(partial(maker.filled, start, rows) for rows in sizes))
    upgraded = together(*(partial(maker.upgraded, each, rows) for each, rows in zip(filled, sizes, strict=True)))
    if start is not None and head is None:
        scratch.drop(start)
    return Schemas(
        old=filled[0],
        new=upgraded[0],
        old_few=filled[1] if few else None,
        new_few=upgraded[1] if few else None,
        same=maker.is_same(),
        new_state=maker.new_state,
        notes=tuple(maker.notes),
    )


def removed(scratch: Scratch, databases: Sequence[Database]) -> None:
    """Removes databases, all at once: PostgreSQL writes everything to the disk for each one that goes alone."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(scratch.drop, databases))

"""Brings a scratch database to where a side of the change expects it: its schema, with rows in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Database
from beastmode_tools.guard.migrations.proof.migrating import Command, error_of, run_migrations
from beastmode_tools.guard.wording import sentence
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["State", "move", "reach"]

ROWS = 5
"""One of each variant of `probes/migrate/values.py`."""
How = Literal["upgraded", "created and stamped", "failed"]


@dataclass(frozen=True, slots=True)
class State:
    """A scratch database at a revision.

    Args:
        database: Which.
        how: How it got there; "created and stamped": from the models, since the history does not lead there.
        revision: Where it was meant to get.
        error: Why the history does not lead there; "" where it does.
        filled: Table -> how many rows it has.
        refused: Table -> why no rows could be put in.
        seed_error: Why the project's own rows could not be put in; "" where they were, or there are none.
        drift: Where the side's models and this schema differ, as the probe tells it.
    """

    database: Database
    how: How
    revision: str
    error: str = ""
    filled: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    seed_error: str = ""
    drift: tuple[Mapping[str, Any], ...] = ()

    @property
    def not_proven(self) -> list[str]:
        """Sentences for what this state does not show."""
        dialect = self.database.dialect
        told = [sentence(f"The table {table} has no rows on {dialect}: {why}") for table, why in self.refused.items()]
        if self.how == "created and stamped":
            told.append(
                f"The history does not lead to {self.revision} on {dialect} ({self.error}); the tables were made from "
                "the models instead, so earlier revisions were not run."
            )
        if self.how == "failed":
            told.append(sentence(f"No database could be brought to {self.revision} on {dialect}: {self.error}"))
        if self.seed_error:
            told.append(sentence(f"The rows of [guard] seed were not put in on {dialect}: {self.seed_error}"))
        return told


def reach(  # noqa: PLR0913 - a side, a place, and what shall be there
    side: Side,
    project: Project,
    database: Database,
    *,
    revision: str = "heads",
    rows: int = ROWS,
    progress: Callable[[str], object] = lambda _text: None,
) -> State:
    """The empty database, at a revision of one side and with rows in every table.

    Where the history does not lead there from an empty database, the tables are made from that side's models and
    stamped.

    Args:
        side: Whose migrations and models.
        project: For the interpreter and the settings.
        database: An empty scratch database.
        revision: Where to; "heads" for all of them.
        rows: How many a table.
        progress: Told what takes a moment.

    Raises:
        ProbeFailed: The project's code ended without an answer.
    """
    progress(f"bringing a {database.dialect} database to {revision} of the {side.name} side")
    filling = fill_commands(project, rows)
    way: Command = {"do": "upgrade", "to": revision, "group": "way"}
    results, error = within_time(lambda: run_migrations(side, project, database, [way, *filling]).results)
    how: How = "upgraded"
    if error:
        making: list[Command] = [
            {"do": "clear", "group": "way"},
            {"do": "create", "to": revision, "group": "way"},
            *filling,
        ]
        answers = run_migrations(side, project, database, making)
        failed = error_of(answers.results[0]) or error_of(answers.results[1])
        if failed:
            return State(database, "failed", revision, f"{error}; from the models: {failed}")
        how, results = "created and stamped", answers.results[2:]
    *seeded, fill, drift = results
    filled = dict(fill.get("filled", {}))
    refused = dict(fill.get("refused", {}))
    if problem := error_of(fill):
        refused["of the project"] = problem
    seed_error = error_of(seeded[0]) if seeded else ""
    return State(database, how, revision, error, filled, refused, seed_error, tuple(drift.get("drift", ())))


def within_time(run: Callable[[], Sequence[Mapping[str, Any]]]) -> tuple[Sequence[Mapping[str, Any]], str]:
    """What became of the steps after the first one, and the error of that one; a long history may not come to its end.

    Raises:
        ProbeFailed: It ended without an answer for another reason than the time.
    """
    try:
        first, *others = run()
    except ProbeFailed as failed:
        if failed.reason != "timeout":
            raise
        return (), f"{failed}; [guard] timeout in beastmode.toml gives it more"
    return others, error_of(first)


def move(side: Side, project: Project, database: Database, *, revision: str = "heads") -> State:
    """A database that `reach` made, upgraded by the migrations of a side; its rows stay.

    Raises:
        ProbeFailed: The project's code ended without an answer.
    """
    commands: list[Command] = [{"do": "upgrade", "to": revision, "group": "way"}, {"do": "drift", "group": "way"}]
    upgrade, drift = run_migrations(side, project, database, commands).results
    error = error_of(upgrade)
    how: How = "failed" if error else "upgraded"
    return State(database, how, revision, error, drift=tuple(drift.get("drift", ())))


def fill_commands(project: Project, rows: int) -> list[Command]:
    """What puts rows in: the project's own ones first, so that made-up ones do not take their names."""
    seed: list[Command] = []
    if project.settings.seed:
        seed.append({"do": "seed", "function": project.settings.seed})
    return [*seed, {"do": "fill", "rows": rows, "group": "way"}, {"do": "drift"}]

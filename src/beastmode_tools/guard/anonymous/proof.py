"""What an anonymous caller gets on every route of both sides, found by calling them."""

from collections.abc import Callable
from dataclasses import dataclass

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.anonymous.compare import Answer, Change, compare
from beastmode_tools.guard.databases.scratch import Database
from beastmode_tools.guard.wording import first_few, sentence
from beastmode_tools.probe_process import ask_project, read_message, together
from beastmode_tools.probes.messages.anonymous import AnonymousCalls
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Anonymous", "Called", "call_anonymously", "prove_anonymous"]


@dataclass(frozen=True)
class Called(AnonymousCalls):
    """One side's answers, and what they mean."""

    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Anonymous:
    """What the calls showed.

    Args:
        changes: Between the sides, for the rules.
        not_proven: A sentence for each thing that the calls could not show.
        calls: How many answers were compared.
    """

    changes: tuple[Change, ...]
    not_proven: tuple[str, ...]
    calls: int = 0


def prove_anonymous(
    old: Side,
    new: Side,
    project: Project,
    databases: tuple[Database | None, Database | None],
    *,
    progress: Callable[[str], None],
) -> Anonymous:
    """Calls every route of both sides without credentials, and compares the answers.

    Args:
        old: The base side.
        new: The work side.
        project: How they start.
        databases: One for each side, at that side's head, that the calls may change; None for an empty one.
        progress: Told what is going on.
    """
    progress("calling every route as nobody, on both sides")
    try:
        before, after = together(
            lambda: call_anonymously(old, project, databases[0]), lambda: call_anonymously(new, project, databases[1])
        )
    except ProbeFailed as error:
        return Anonymous((), (sentence(f"What anonymous callers get was not compared: {error}"),))
    changes = tuple(compare(before.answers, after.answers, before.preflights, after.preflights))
    return Anonymous(changes, tuple(unproven(after.answers)), len(after.answers))


def call_anonymously(side: Side, project: Project, database: Database | None) -> Called:
    """What one side answers.

    Raises:
        ProbeFailed: The side did not start.
    """
    request = {"database_url": database.url if database else None}
    return read_message(Called, ask_project(side, project, "anonymous", request))


def unproven(answers: tuple[Answer, ...]) -> list[str]:
    """Sentences for answers that show nothing: refused by the guard, or not in time."""
    told = []
    refused = [one.operation for one in answers if one.refused]
    slow = [one.operation for one in answers if one.kind == "slow"]
    if refused:
        told.append(
            f"The answers of {first_few(refused)} need the network, a file or a process that the guard refuses."
        )
    if slow:
        told.append(f"{first_few(slow)} gave an anonymous caller no answer in time.")
    return told

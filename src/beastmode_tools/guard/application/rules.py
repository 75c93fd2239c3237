"""How the application starts, on both sides."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.application.compare.starting import ModelsChanged, NotStarted, StartsMigrating
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

LAST_LINES = 3
"""The end of a traceback: the line, the code on it and the error, without the frames of the framework."""
COPY = re.compile(r"/[^\s\"']*/beast-check-[^/]+/(?:work|base)/")
"""The private copy of a side, which is gone when somebody reads of it."""


@rule("application-does-not-start", Verdict.DANGEROUS, NotStarted)
def does_not_start(change: NotStarted) -> Iterator[Found]:
    """A deploy of it would bring up nothing; on the base side, or on both, it is a comparison that is lacking."""
    evidence = " | ".join([change.message, *last_lines(change)])
    if change.sides == "work":
        yield Found(
            where="the application",
            problem="The application starts on the base and does not start with this change.",
            instead="Start it as production does, and mend what the message says.",
            subject="application work",
            evidence=evidence,
            proved=True,
        )
        return
    whose = "On both sides the application does not start" if change.sides == "both" else "The base does not start"
    yield Found(
        where="the application",
        problem=f"{whose}, so routes, settings and contracts were not compared.",
        instead="Say how it starts by --app and --python, and what it needs by [guard] environment in beastmode.toml.",
        subject=f"application {change.sides}",
        evidence=evidence,
        proved=True,
        verdict=Verdict.CAUTIOUS,
        is_of_base=change.sides == "both",
    )


def last_lines(change: NotStarted) -> list[str]:
    """The last lines of the log that say something which the message does not."""
    lines = [COPY.sub("", line.strip()) for line in change.detail.splitlines()]
    return [line for line in lines if line.strip(" ^~") and line not in change.message][-LAST_LINES:]


@rule("starts-by-migrating", Verdict.CAUTIOUS, StartsMigrating)
def starts_by_migrating(change: StartsMigrating) -> Iterator[Found]:
    """Every process migrates, at the same time, and one of the old release does not know the new revision."""
    calls = ", ".join(change.calls)
    yield Found(
        where="the application",
        problem=f"The application now changes its schema while it starts ({calls}): every process does, at once, and an"
        " old one that starts again after the deploy does not know the new revision.",
        instead="Migrate in a step of its own before the deploy (`flask db upgrade`), and only check while starting.",
        subject=f"starts by {calls}",
        evidence=f"called while it started: {calls}",
        proved=True,
    )


@rule("models-changed-without-migration", Verdict.CAUTIOUS, ModelsChanged)
def models_changed(change: ModelsChanged) -> Iterator[Found]:
    """New code asks for columns that no database has."""
    tables = ", ".join(change.tables)
    instead = (
        "Write the revision: `flask db migrate`, then read it."
        if change.has_migrations
        else "Keep a history with Flask-Migrate or Alembic; until then, say how production gets these columns."
    )
    yield Found(
        where="the models",
        problem=f"The models of {tables} changed, and no revision changes the database with them.",
        instead=instead,
        subject=f"models {tables}",
        evidence=f"the columns of {tables} differ between the sides",
    )


RULES = (does_not_start, starts_by_migrating, models_changed)

"""How the application starts, on both sides."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.application.compare.entries import entry_for
from beastmode_tools.guard.application.compare.starting import ModelsChanged, NotStarted, StartsMigrating
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]

LAST_LINES = 3
"""The end of a traceback: the line, the code on it and the error, without the frames of the framework."""
COPY = re.compile(r"/[^\s\"']*/beast-check-[^/]+/(?:work|base)/")
"""The private copy of a side, which is gone when somebody reads of it."""


@rule("application-does-not-start", NotStarted)
def does_not_start(change: NotStarted) -> Iterator[Match]:
    """A deploy of it would bring up nothing; on the base side, or on both, it is a comparison that is lacking."""
    yield Match(
        where="the application",
        subject=f"application {change.sides}",
        fields={"entry": entry_for(change.message, change.reason)},
        message=change.sides,
        evidence=" | ".join([change.message, *last_lines(change)]),
        proved=True,
        verdict=None if change.sides == "work" else Verdict.CAUTIOUS,
        is_of_base=change.sides == "both",
    )


def last_lines(change: NotStarted) -> list[str]:
    """The last lines of the log that say something which the message does not."""
    lines = [COPY.sub("", line.strip()) for line in change.detail.splitlines()]
    return [line for line in lines if line.strip(" ^~") and line not in change.message][-LAST_LINES:]


@rule("starts-by-migrating", StartsMigrating)
def starts_by_migrating(change: StartsMigrating) -> Iterator[Match]:
    """Every process migrates, at the same time, and one of the old release does not know the new revision."""
    calls = ", ".join(change.calls)
    yield Match(
        where="the application",
        subject=f"starts by {calls}",
        fields={"names": calls},
        evidence=f"called while it started: {calls}",
        proved=True,
    )


@rule("models-changed-without-migration", ModelsChanged)
def models_changed(change: ModelsChanged) -> Iterator[Match]:
    """New code asks for columns that no database has."""
    tables = ", ".join(change.tables)
    yield Match(
        where="the models",
        subject=f"models {tables}",
        fields={"names": tables},
        message="revision" if change.has_migrations else "no-history",
        evidence=f"the columns of {tables} differ between the sides",
    )


RULES = (does_not_start, starts_by_migrating, models_changed)

"""Shortcuts that comments admit to."""

from collections.abc import Iterator

from beastmode_tools.guard.debt.compare.comments import DebtAdded, DebtExtended, DebtOverdue
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, row, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]


@rule("debt-added", DebtAdded)
def debt_added(change: DebtAdded) -> Iterator[Match]:
    """A comment that admits to a shortcut. Only DEBT needs a target: the other tags are notes, which are SAFE."""
    message, verdict = "added", None
    if change.is_overdue:
        message, verdict = "overdue", Verdict.DANGEROUS
    elif change.tag != "DEBT":
        verdict = Verdict.SAFE
    elif not (change.until or change.then):
        message = "without-target"
    targets = [f"{name} {each}" for name, each in (("until", change.until), ("then", change.then)) if each]
    fields = {"what": change.words or "no reason given", "target": f" ({', '.join(targets)})" if targets else ""}
    yield Match(where(change), f"{change.path} {change.tag} {change.words}", fields, message, verdict=verdict)


@rule("debt-overdue", DebtOverdue)
def debt_overdue(change: DebtOverdue) -> Iterator[Match]:
    """A shortcut that the change does not touch, and whose day has passed."""
    yield Match(where(change), f"{change.path} {change.words}", is_of_base=True)


RULES = (
    debt_added,
    debt_overdue,
    row(
        "debt-extended",
        DebtExtended,
        lambda _: True,
        where=where,
        subject="{path} {words}",
        fields={"now": lambda c: f"until {c.until}" if c.until else "without a date"},
    ),
)

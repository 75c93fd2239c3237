"""How often a view may be called."""

import re

from beastmode_tools.guard.code.compare.decorators import DecoratorChanged
from beastmode_tools.guard.code.rules.row import row, via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Rule

__all__ = ["RULES"]

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2592000, "year": 31536000}
LIMIT = re.compile(r"(\d+)\s*(?:/|\s*per\s*)\s*(\d*)\s*(second|minute|hour|day|month|year)", re.IGNORECASE)


def budget(texts: tuple[str, ...]) -> float | None:
    """Calls a second that the strictest of the written limits allows; None where none can be read."""
    rates = [
        int(count) / (int(number or 1) * UNITS[unit.lower()])
        for text in texts
        for count, number, unit in LIMIT.findall(text)
    ]
    return min(rates) if rates else None


def what_became_of(change: DecoratorChanged) -> str:
    """The message about a rate limit; "" about anything else."""
    if change.kind != "rate limit" or not (change.lost or change.gained or change.kept):
        return ""
    if not change.gained and not change.kept:
        return "lost"
    old, new = budget(change.lost), budget(change.gained)
    if old is not None and new is not None and old != new:
        return "lower" if new < old else "higher"
    return "other" if change.lost else "added"


def limit(message: str, verdict: Verdict | None = None) -> Rule:
    """A rule on the rate limit of a view."""
    shown = {"decorator": lambda change: change.lost[0]} if message == "lost" else {}
    return row(
        "rate-limit-changed",
        DecoratorChanged,
        lambda change: what_became_of(change) == message,
        subject="{path} {name} {kind}",
        message=message,
        evidence=lambda change: change.difference,
        verdict=verdict,
        via=lambda change: via(change.entries),
        **shown,
    )


RULES = (limit("lost", Verdict.DANGEROUS), *map(limit, ("lower", "higher", "added", "other")))

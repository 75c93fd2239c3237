"""How often, how much and how long: rate limits, sizes of requests, lifetimes."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.decorators import DecoratorChanged
from beastmode_tools.guard.code.rules.code import via
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

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


@rule("rate-limit-lost", Verdict.DANGEROUS, DecoratorChanged)
def rate_limit_lost(change: DecoratorChanged) -> Iterator[Found]:
    """A view that could be called only so often can be called without end."""
    if change.kind == "rate limit" and change.lost and not change.gained and not change.kept:
        problem = f"{change.name} lost @{change.lost[0]}{via(change.entries)}"
        instead = "Keep a limit; a view for signing in or sending mail needs one above all."
        yield Found(where(change), problem, instead, f"{change.path} {change.name} {change.kind}", change.difference)


@rule("rate-limit-changed", Verdict.CAUTIOUS, DecoratorChanged)
def rate_limit_changed(change: DecoratorChanged) -> Iterator[Found]:
    """A view may be called more or less often."""
    if change.kind == "rate limit" and (change.gained or change.kept):
        old, new = budget(change.lost), budget(change.gained)
        how = "has another rate limit"
        if old is not None and new is not None and old != new:
            how = "may be called less often" if new < old else "may be called more often"
        elif not change.lost:
            how = "newly has a rate limit"
        problem = f"{change.name} {how}{via(change.entries)}"
        instead = "Look in the logs how often real clients call it; they get 429 from the first request too many."
        yield Found(where(change), problem, instead, f"{change.path} {change.name} {change.kind}", change.difference)


RULES = (rate_limit_lost, rate_limit_changed)

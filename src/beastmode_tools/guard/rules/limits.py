"""How often, how much and how long: rate limits, sizes of requests, lifetimes."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.compare.code_changes import where
from beastmode_tools.guard.compare.code_decorators import DecoratorChanged
from beastmode_tools.guard.compare.settings import SettingChanged
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.rules.code import via

__all__ = ["LIFETIMES", "LIMITS", "RULES", "place_of", "subject_of_setting"]

LIMITS = {"MAX_CONTENT_LENGTH", "MAX_FORM_MEMORY_SIZE", "MAX_FORM_PARTS"}
LIFETIMES = re.compile(r"LIFETIME|EXPIRES|EXPIRATION|MAX_AGE|TTL|DURATION")
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


def subject_of_setting(change: SettingChanged) -> str:
    """Scope and name."""
    return f"{change.path} {change.scope}.{change.name}"


def place_of(change: SettingChanged) -> str:
    """File and line, or the configuration of the started application."""
    return where(change) if change.path else f"app.config[{change.name!r}]"


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


@rule("limit-raised", Verdict.CAUTIOUS, SettingChanged)
def limit_raised(change: SettingChanged) -> Iterator[Found]:
    """How much a caller may send differs."""
    if change.name not in LIMITS or change.environment == "test" or change.old is None:
        return
    if change.new is None or change.new_value is None:
        problem, verdict = f"{change.name} is gone: a caller may send as much as the server takes", Verdict.DANGEROUS
    else:
        problem, verdict = f"{change.name} was {change.old} and is {change.new}", Verdict.CAUTIOUS
    instead = "Keep a limit that fits the largest real upload; a proxy in front has one as well."
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


@rule("lifetime-changed", Verdict.CAUTIOUS, SettingChanged)
def lifetime_changed(change: SettingChanged) -> Iterator[Found]:
    """Sessions, tokens or cached values live longer or shorter."""
    if not LIFETIMES.search(change.name) or change.environment == "test" or change.old is None or change.new is None:
        return
    old, new = change.old_value, change.new_value
    how = "was"
    if isinstance(old, int | float) and isinstance(new, int | float):
        how = "is longer: it was" if new > old else "is shorter: it was"
    problem = f"{change.name} {how} {change.old} and is {change.new}"
    instead = (
        "Longer: a stolen session stays good for longer. Shorter: people are signed out in the middle of their work."
    )
    verdict = Verdict.DANGEROUS if new is False or change.new in {"False", "None"} else None
    yield Found(place_of(change), problem, instead, subject_of_setting(change), verdict=verdict)


RULES = (rate_limit_lost, rate_limit_changed, limit_raised, lifetime_changed)

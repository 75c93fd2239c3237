"""How an API says goodbye: deprecation, sunset dates, levels of stability."""

import re
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime
from typing import Any

from beastmode_tools.guard.contract.compare.site import Site
from beastmode_tools.guard.contract.compare.structure_changes import DeprecationChanged, StabilityChanged, SunsetChanged

__all__ = ["compare_lifecycle", "compare_sunsets", "is_past", "is_unpromised", "stability", "sunset_of"]

LEVELS = {"draft": 0, "alpha": 1, "beta": 2, "stable": 3}
DAY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?:$|[T ])")


def sunset_of(raw: dict[str, Any]) -> str | None:
    """The sunset date of an operation or parameter, as it was written."""
    value = raw.get("x-sunset")
    return None if value is None else str(value)


def day_of(text: str | None) -> date | None:
    """The day that a text names: ISO 8601, or the form of HTTP dates (RFC 8594); None where it names none."""
    if text is None:
        return None
    found = DAY.match(text)
    try:
        return date.fromisoformat(found[1]) if found else parsedate_to_datetime(text).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def is_past(sunset: str | None, today: date | None) -> bool | None:
    """Whether a sunset date has passed; None where there is no date, or no today to compare it with."""
    day = day_of(sunset)
    return None if day is None or today is None else day <= today


def stability(raw: dict[str, Any]) -> str:
    """The level of stability; what says nothing is stable."""
    return str(raw.get("x-stability-level", "stable"))


def is_unpromised(raw: dict[str, Any]) -> bool:
    """Whether an operation says of itself that it may change at any time."""
    return LEVELS.get(stability(raw), 3) <= LEVELS["alpha"]


def compare_lifecycle(old: dict[str, Any], new: dict[str, Any], site: Site, today: date | None) -> Iterator[Any]:
    """What changed about the end of an operation."""
    before, after = old.get("deprecated") is True, new.get("deprecated") is True
    if before != after:
        yield DeprecationChanged(site, after, sunset_of(new))
    yield from compare_sunsets(old, new, site, today)
    if stability(old) != stability(new):
        known = stability(old) in LEVELS, stability(new) in LEVELS
        action = "unknown" if not all(known) else "lowered"
        if all(known) and LEVELS[stability(new)] > LEVELS[stability(old)]:
            action = "raised"
        yield StabilityChanged(site, action, stability(old), stability(new))


def compare_sunsets(old: dict[str, Any], new: dict[str, Any], site: Site, today: date | None) -> Iterator[Any]:
    """What changed about a sunset date."""
    before, after = sunset_of(old), sunset_of(new)
    if before == after and (old.get("deprecated") is True or new.get("deprecated") is not True):
        return
    old_day, new_day = day_of(before), day_of(after)
    if after is None:
        if before is not None and new.get("deprecated") is True:
            yield SunsetChanged(site, "removed", before, after)
    elif new_day is None:
        yield SunsetChanged(site, "unreadable", before, after)
    elif old_day is not None and new_day != old_day:
        yield SunsetChanged(site, "brought-forward" if new_day < old_day else "postponed", before, after)
    elif today is not None and new_day < today:
        yield SunsetChanged(site, "past", before, after)
    elif before is None:
        yield SunsetChanged(site, "set", before, after)

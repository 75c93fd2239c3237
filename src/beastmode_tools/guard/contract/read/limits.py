"""How big, how deep and how often aliased a document may be, and what it refers to."""

from itertools import chain, islice
from typing import Any

from beastmode_tools.errors import CouldNotRun

__all__ = ["BIGGEST", "DEEPEST", "scan"]

BIGGEST = 32 * 1024 * 1024
"""Bytes; the largest published contracts, such as that of Microsoft Graph, have tens of megabytes."""
DEEPEST = 200
"""What walks a document calls itself for each level, and Python stops at 1,000 calls."""
# Objects and lists, each counted as often as it is reached: more come only from aliases that multiply each other.
MOST_PARTS = 3_000_000


def scan(data: Any, name: str) -> frozenset[str]:
    """Every reference that is written in a document.

    It is walked level by level, so that aliases which multiply, or lead back to where they stand, run into one of the
    limits instead of going on for ever.

    Raises:
        CouldNotRun: It is too deep, or too big once its aliases are followed.
    """
    found: set[str] = set()
    level: list[Any] = [data]
    count = depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > DEEPEST:
            raise CouldNotRun(f"{name} is nested deeper than {DEEPEST} levels, or holds an alias to itself: not read")
        if count > MOST_PARTS:
            raise CouldNotRun(f"{name} has more than {MOST_PARTS:,} objects and lists, aliases followed: not read")
        objects = [each for each in level if type(each) is dict]
        found.update(each["$ref"] for each in objects if type(each.get("$ref")) is str)
        lists = [each for each in level if type(each) is list]
        below = chain(chain.from_iterable(each.values() for each in objects), chain.from_iterable(lists))
        level = list(islice((each for each in below if type(each) is dict or type(each) is list), MOST_PARTS))
    return frozenset(found)

"""How big, how deep and how often aliased a document may be, and what it refers to."""

from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.errors import CouldNotRun

__all__ = ["BIGGEST", "DEEPEST", "Scan", "check_size", "scan"]

BIGGEST = 32 * 1024 * 1024
DEEPEST = 200
# Values, each counted as often as it is reached: more come only from aliases that multiply each other.
MOST_VALUES = 5_000_000


@dataclass(slots=True)
class Scan:
    """What one walk through a document finds."""

    external: set[str] = field(default_factory=set)
    local: set[str] = field(default_factory=set)
    has_other_keys: bool = False


def check_size(data: Any, name: str) -> None:
    """Refuses what cannot be walked in bounded work: depth, loops, and aliases that multiply.

    Raises:
        CouldNotRun: It is one of these.
    """
    sizes: dict[int, int] = {}
    depths: dict[int, int] = {}
    open_now: set[int] = set()
    stack: list[tuple[Any, bool]] = [(data, False)]
    while stack:
        here, is_done = stack.pop()
        mark = id(here)
        if is_done:
            below = children(here)
            open_now.discard(mark)
            sizes[mark] = 1 + len(here) + sum(sizes[id(each)] for each in below)
            depths[mark] = 1 + max((depths[id(each)] for each in below), default=0)
            if sizes[mark] > MOST_VALUES:
                raise CouldNotRun(f"{name} holds aliases that multiply to more than {MOST_VALUES:,} values: not read")
            if depths[mark] > DEEPEST:
                raise CouldNotRun(f"{name} is nested deeper than {DEEPEST} levels: not read")
            continue
        if mark in open_now:
            raise CouldNotRun(f"{name} holds an alias to what it stands in: not read")
        if mark in sizes:
            continue
        open_now.add(mark)
        stack.append((here, True))
        for each in children(here):
            if id(each) in open_now:
                raise CouldNotRun(f"{name} holds an alias to what it stands in: not read")
            if id(each) not in sizes:
                stack.append((each, False))


def children(value: Any) -> list[Any]:
    """The objects and arrays directly within one."""
    return [each for each in (value.values() if isinstance(value, dict) else value) if isinstance(each, (dict, list))]


def scan(data: dict[str, Any]) -> Scan:
    """The references of a document, and whether it has keys that are no text."""
    found = Scan()
    waiting: list[Any] = [data]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            ref = here.get("$ref")
            if isinstance(ref, str):
                (found.local if ref.startswith("#") else found.external).add(ref)
            found.has_other_keys = found.has_other_keys or not all(type(key) is str for key in here)
        for each in here.values() if isinstance(here, dict) else here:
            if isinstance(each, (dict, list)) and each and id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)
    return found

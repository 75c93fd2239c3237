"""Values that differ from one start of the same application to the next: compared with themselves first, then left out.

A random key, the time, a process id, the order of a set: between two sides they differ whatever the change did. That
two starts of a side agree does not say that all would. So a difference between the sides says how many starts of each
it takes before luck is no longer a likely cause of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from beastmode_tools.probes.messages.application import UNSTEADY
from beastmode_tools.source.digest import json_text

__all__ = ["FEW", "MANY", "Steadied", "steadied"]

FEW = 6
"""Starts of each side until a difference is believed, where the application draws random numbers. Of two values, a toss
gives the same one at all starts of one side, and the other one at all of the other side, in 2 of 2^12 checks (1 of
2,048); of three values, in 1 of some 90,000."""
MANY = 12
"""Starts of each side until a value is believed that stays on one side and is one of several on the other. Decided by a
toss on both sides it would stay on one in 2 of 2^11 checks (1 of 1,024). Only a value that was one of a few and is
fixed now, or the other way round, takes as many."""


@dataclass(frozen=True, slots=True)
class Steadied:
    """What both sides show, with a mark in place of every value that another start of the side showed otherwise.

    Args:
        old: JSON of the base side.
        new: JSON of the work side.
        needed: Starts of each side that it takes to believe what differs between the two.
    """

    old: Any
    new: Any
    needed: int = 0


def steadied(old: Sequence[Any], new: Sequence[Any]) -> Steadied:
    """What stays in all starts of two sides.

    Args:
        old: JSON of each start of the base side.
        new: JSON of as many starts of the work side, in the same order: those of one place ran at the same time.
    """
    starts = [*old, *new]
    if same(starts):
        return Steadied(old[0], new[0])
    if all(isinstance(each, dict) for each in starts):
        return of_dicts(old, new)
    if same(old) and same(new):
        return Steadied(old[0], new[0], FEW)
    if all(isinstance(each, list) for each in starts):
        return of_lists(old, new)
    if len(old) >= MANY and sum(not same(pair) for pair in zip(old, new, strict=True)) <= 1:
        return Steadied(UNSTEADY, UNSTEADY)  # a minute that ended between two starts
    if any(is_hidden(each) for each in starts):
        old, new = ([as_hidden(each) for each in side] if not same(side) else side for side in (old, new))
    return of_each(old, new)


def of_dicts(old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> Steadied:
    """Key by key; a key that not every start of a side shows is left out there."""
    both: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    needed = 0
    for key in dict.fromkeys(key for each in (*old, *new) for key in each):
        shown = [[each[key] for each in side if key in each] for side in (old, new)]
        stays = [len(values) == len(old) for values in shown]
        if all(stays):
            one = steadied(*shown)
            both[0][key], both[1][key] = one.old, one.new
            needed = max(needed, one.needed)
        elif any(stays):
            place = stays.index(True)
            both[place][key] = alone(shown[place])
            needed = max(needed, MANY if all(shown) else FEW)
    return Steadied(*both, needed)


def of_lists(old: Sequence[list[Any]], new: Sequence[list[Any]]) -> Steadied:
    """Place by place, where both sides have as many and the order is not what differs from start to start."""
    if len({len(each) for each in (*old, *new)}) > 1 or is_reordered(old) or is_reordered(new):
        return of_each(old, new)
    pairs = [steadied(*pair) for pair in zip(zip(*old, strict=True), zip(*new, strict=True), strict=True)]
    needed = max((each.needed for each in pairs), default=0)
    return Steadied([each.old for each in pairs], [each.new for each in pairs], needed)


def of_each(old: Sequence[Any], new: Sequence[Any]) -> Steadied:
    """Each side by itself."""
    both = alone(old), alone(new)
    if same(both):
        return Steadied(*both)
    may_be_luck = same(old) != same(new) and {json_text(each) for each in old} & {json_text(each) for each in new}
    return Steadied(*both, MANY if may_be_luck else FEW)


def alone(starts: Sequence[Any]) -> Any:
    """What stays in all starts of one side."""
    first = starts[0]
    if same(starts):
        return first
    if all(isinstance(each, dict) for each in starts):
        return {key: alone([each[key] for each in starts]) for key in first if all(key in each for each in starts)}
    if is_reordered(starts):
        return sorted(first, key=json_text)
    if all(isinstance(each, list) and len(each) == len(first) for each in starts):
        return [alone(values) for values in zip(*starts, strict=True)]
    return UNSTEADY


def is_reordered(starts: Sequence[Any]) -> bool:
    """Whether the starts of a side show the same values in several orders."""
    if same(starts) or not all(isinstance(each, list) for each in starts):
        return False
    return same([sorted(map(json_text, each)) for each in starts])


def is_hidden(value: Any) -> bool:
    """Whether a value was taken for a secret, so that only its digest and length are known."""
    return isinstance(value, dict) and "secret" in value


def as_hidden(value: Any) -> Any:
    """A text as one that looked secret in another start: of random texts some look so and some do not."""
    return {"secret": UNSTEADY, "length": len(value.encode()), "literal": False} if isinstance(value, str) else value


def same(values: Iterable[Any]) -> bool:
    """Whether all values are the same JSON: to Python, 1 and true are equal."""
    first, *others = values
    if isinstance(first, (dict, list)) and any(each != first for each in others):
        return False  # most of a long document is told apart without writing it
    return len({json_text(each) for each in (first, *others)}) == 1

"""Limits: lengths, ranges, counts, multiples, patterns."""

import math

from beastmode_tools.guard.contract.compare.node import Node
from beastmode_tools.guard.contract.compare.schema_changes import BoundChanged, PatternChanged, UniquenessChanged
from beastmode_tools.guard.contract.compare.shape import Shape
from beastmode_tools.guard.contract.compare.site import Effect

__all__ = ["compare_bounds"]

LOWER = ("minLength", "minItems", "minProperties", "minContains")
UPPER = ("maxLength", "maxItems", "maxProperties", "maxContains")
# What a limit is where none is written: a `minLength` of 0 that goes is no change.
IMPLIED = {"minLength": 0.0, "minItems": 0.0, "minProperties": 0.0, "minContains": 1.0}
Limit = tuple[str, float, float]  # the keyword, its number, and the number by which to compare


def compare_bounds(node: Node) -> None:
    """Notes limits that were set, moved or taken away."""
    old, new = node.old, node.new
    if old.bounds != new.bounds or old.types != new.types:
        note(node, lower_end(old), lower_end(new), up=True)
        note(node, upper_end(old), upper_end(new), up=False)
        for keywords, up in ((LOWER, True), (UPPER, False)):
            for keyword in keywords:
                if "Contains" not in keyword or ("contains" in old.guards and "contains" in new.guards):
                    note(node, plain(old, keyword), plain(new, keyword), up=up)
        compare_multiples(node)
    if old.patterns != new.patterns:
        before, after = (" and ".join(each.patterns) or None for each in (old, new))
        effect = Effect.NARROWS if before is None else Effect.WIDENS if after is None else Effect.BOTH
        node.edit(PatternChanged, before, after, effect)
    if old.is_unique != new.is_unique:
        node.edit(UniquenessChanged, new.is_unique, Effect.NARROWS if new.is_unique else Effect.WIDENS)


def note(node: Node, old: Limit | None, new: Limit | None, *, up: bool) -> None:
    """Notes one limit; `up` says that a greater number narrows."""
    keyword = (new or old or ("", 0, 0))[0]
    before, after = (IMPLIED.get(keyword) if each is None else each[2] for each in (old, new))
    if before == after:
        return
    narrows = before is None if before is None or after is None else (after > before) is up
    facts = (None if old is None else old[1], None if new is None else new[1])
    node.edit(BoundChanged, keyword, *facts, Effect.NARROWS if narrows else Effect.WIDENS)


def plain(shape: Shape, keyword: str) -> Limit | None:
    """A limit that needs no thought."""
    number = shape.bounds.get(keyword)
    return None if number is None else (keyword, number, number)


def lower_end(shape: Shape) -> Limit | None:
    """The tighter one of `minimum` and `exclusiveMinimum`."""
    ends = [end for keyword in ("minimum", "exclusiveMinimum") if (end := range_end(shape, keyword, 1))]
    return max(ends, key=lambda end: end[2], default=None)


def upper_end(shape: Shape) -> Limit | None:
    """The tighter one of `maximum` and `exclusiveMaximum`."""
    ends = [end for keyword in ("maximum", "exclusiveMaximum") if (end := range_end(shape, keyword, -1))]
    return min(ends, key=lambda end: end[2], default=None)


def range_end(shape: Shape, keyword: str, inward: int) -> Limit | None:
    """An end of a range: an exclusive one of integers is the next integer, of numbers a hair further in."""
    number = shape.bounds.get(keyword)
    if number is None:
        return None
    if not keyword.startswith("exclusive"):
        return keyword, number, number
    if shape.types == frozenset({"integer"}):
        return keyword, number, number + inward
    return keyword, number, number + inward * max(abs(number), 1) * 1e-12


def compare_multiples(node: Node) -> None:
    """Notes another `multipleOf`: every multiple of 6 is one of 3."""
    old, new = node.old.bounds.get("multipleOf"), node.new.bounds.get("multipleOf")
    if old == new:
        return
    if old is None or is_multiple(new, old):
        effect = Effect.NARROWS
    else:
        effect = Effect.WIDENS if new is None or is_multiple(old, new) else Effect.BOTH
    node.edit(BoundChanged, "multipleOf", old, new, effect)


def is_multiple(number: float | None, of: float | None) -> bool:
    """Whether one limit is a whole multiple of another; decimal fractions are not exact, so nearly counts."""
    if not number or not of:
        return False
    quotient = number / of
    return math.isfinite(quotient) and abs(quotient - round(quotient)) < 1e-9

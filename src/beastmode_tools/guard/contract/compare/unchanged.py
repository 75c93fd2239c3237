"""What did not change at all: written alike, and leading only to what is written alike. It needs no comparing."""

import marshal
from collections import defaultdict
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document

__all__ = ["Unchanged", "references_in"]

PLAIN = 2  # the last form of marshal that writes equal values alike, however often they are referred to


class Unchanged:
    """Knows of two values whether they are the same, with everything that they refer to."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self.within: dict[int, frozenset[str]] = {}
        self.alive: list[Any] = []
        self.changed = self.changed_references()

    def are_same(self, old: Any, new: Any) -> bool:
        """Whether two values are written alike and lead to the same."""
        if not are_equal(old, new):
            return False
        if not self.changed or not isinstance(old, (dict, list)):
            return True
        if len(old) == 1 and isinstance(old, dict) and isinstance(old.get("$ref"), str):
            return old["$ref"] not in self.changed
        return self.changed.isdisjoint(self.references(old))

    def references(self, value: Any) -> frozenset[str]:
        """Every reference that is written within a value."""
        if not isinstance(value, (dict, list)):
            return frozenset()  # a reference may lead to junk
        known = self.within.get(id(value))
        if known is None:
            self.alive.append(value)
            known = self.within[id(value)] = references_in(value)
        return known

    def changed_references(self) -> set[str]:
        """The references whose target changed, or leads to one that did."""
        everything = self.old.references or references_in(self.old.data)
        changed = {ref for ref in everything if not are_equal(self.old.target(ref), self.new.target(ref))}
        if not changed:
            return changed
        users: dict[str, set[str]] = defaultdict(set)
        for ref in everything:
            for used in self.references(self.old.target(ref)):
                users[used].add(ref)
        spreading = [*changed]
        while spreading:
            for user in users[spreading.pop()] - changed:
                changed.add(user)
                spreading.append(user)
        return changed


def are_equal(old: Any, new: Any) -> bool:
    """Whether two values are the same JSON in the same order: to Python, 1, 1.0 and true are equal."""
    return bool(old == new) and marshal.dumps(old, PLAIN) == marshal.dumps(new, PLAIN)


def references_in(value: Any) -> frozenset[str]:
    """The references within a value, without recursion: a document could drive it too deep."""
    found = set()
    waiting: list[Any] = [value]
    while waiting:
        here = waiting.pop()
        if type(here) is dict:
            ref = here.get("$ref")
            if type(ref) is str:
                found.add(ref)
            here = here.values()
        waiting.extend(each for each in here if type(each) is dict or type(each) is list)
    return frozenset(found)

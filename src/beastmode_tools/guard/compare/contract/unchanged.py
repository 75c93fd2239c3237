"""What did not change at all: written alike, and leading only to what is written alike. It needs no comparing."""

from collections import defaultdict
from typing import Any

from beastmode_tools.guard.compare.contract.document import Document

__all__ = ["Unchanged"]


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
        if old is new and self.old is self.new:
            return True
        if old != new or type(old) is not type(new):
            return False
        return not self.changed or self.changed.isdisjoint(self.references(old))

    def references(self, value: Any) -> frozenset[str]:
        """Every reference that is written within a value."""
        if not isinstance(value, (dict, list)):
            return frozenset()
        known = self.within.get(id(value))
        if known is None:
            self.alive.append(value)
            known = self.within[id(value)] = references_in(value)
        return known

    def changed_references(self) -> set[str]:
        """The references whose target changed, or leads to one that did."""
        users: dict[str, set[str]] = defaultdict(set)
        changed: set[str] = set()
        waiting = [*references_in(self.old.data)]
        seen = set(waiting)
        while waiting:
            ref = waiting.pop()
            before, after = self.old.target(ref), self.new.target(ref)
            if before != after:
                changed.add(ref)
            for used in self.references(before):
                users[used].add(ref)
                if used not in seen:
                    seen.add(used)
                    waiting.append(used)
        spreading = [*changed]
        while spreading:
            for user in users[spreading.pop()] - changed:
                changed.add(user)
                spreading.append(user)
        return changed


def references_in(value: Any) -> frozenset[str]:
    """The references within a value, without recursion."""
    found = set()
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            ref = here.get("$ref")
            if isinstance(ref, str):
                found.add(ref)
            below = here.values()
        else:
            below = here
        for each in below:
            if isinstance(each, (dict, list)) and each and id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)
    return frozenset(found)

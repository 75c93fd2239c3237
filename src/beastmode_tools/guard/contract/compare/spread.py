"""Which edits stand below each pair of a graph of pairs: every edit is carried up to whatever leads to it."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.contract.compare.node import Child, Edit, Key, Node
from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood
from beastmode_tools.guard.contract.compare.site import Effect

__all__ = ["Graph", "Reached", "is_named", "listed", "start_of"]

MOST_EDITS = 300
"""Nobody reads more differences of one schema, and each is repeated for every operation that uses it."""
MOST_STEPS = 3_000_000
"""Ends the carrying of differences in a graph in which everything changed: that takes the square of its size."""
Reached = tuple[Edit, str, bool, bool]  # an edit, the path to it, and whether it is read-only or write-only there


@dataclass(slots=True)
class Graph:
    """All that a pair leads to, as far as it was not settled before.

    Args:
        settled: What is known already: pair -> the edits below it.
        nodes: The pairs of this graph.
        parents: Pair -> those that hold it: which, by what step, read-only, write-only.
        steps: How many steps are left; a graph in which everything changed would take their square.
    """

    settled: dict[Key, list[Reached]]
    nodes: dict[Key, Node] = field(default_factory=dict)
    parents: dict[Key, list[tuple[Key, str, bool, bool]]] = field(default_factory=lambda: defaultdict(list))
    found: dict[Key, dict[Any, Reached]] = field(default_factory=dict)
    steps: int = MOST_STEPS

    def explore(self, root: Child, node_of: Callable[[Child], Node]) -> None:
        """Finds every pair that a pair leads to, each once."""
        waiting = [root]
        while waiting:
            here = waiting.pop()
            if here.key in self.nodes or here.key in self.settled:
                continue
            node = self.nodes[here.key] = node_of(here)
            if is_named(here.key) or here.key == root.key:
                self.found[here.key] = {}
            for child in node.children:
                self.parents[child.key].append((here.key, child.path, child.is_read_only, child.is_write_only))
                waiting.append(child)

    def settle(self) -> None:
        """Carries every edit up to the components that lead to it, by the shortest path."""
        sources = [(key, list(map(start_of, node.edits))) for key, node in self.nodes.items() if node.edits]
        sources += [(key, self.settled[key]) for key in self.parents if self.settled.get(key)]
        for key, edits in sources:
            self.carry(key, edits)
        for key, edits_by_mark in self.found.items():
            self.settled[key] = listed(edits_by_mark.values(), is_complete=self.steps > 0)

    def carry(self, source: Key, edits: list[Reached]) -> None:
        """Carries the edits of one pair up."""
        waiting = deque([(source, "", False, False)])
        seen = {(source, False, False)}
        while waiting and self.steps > 0:
            key, path, is_read_only, is_write_only = waiting.popleft()
            found = self.found.get(key)
            if found is not None:
                for edit, rest, read_only, write_only in edits:
                    mark = (id(edit), read_only or is_read_only, write_only or is_write_only)
                    if mark not in found:
                        found[mark] = (edit, path + rest, mark[1], mark[2])
                self.steps -= len(edits)
            for parent, step, read_only, write_only in self.parents[key]:
                state = (parent, read_only or is_read_only, write_only or is_write_only)
                self.steps -= 1
                if state not in seen:
                    seen.add(state)
                    waiting.append((parent, step + path, state[1], state[2]))


def is_named(key: Key) -> bool:
    """Whether a pair is of two references."""
    return isinstance(key[0], str) and isinstance(key[1], str)


def start_of(edit: Edit) -> Reached:
    """An edit as reached from its own pair."""
    return edit, edit.path, edit.is_read_only, edit.is_write_only


def listed(found: Iterable[Reached], *, is_complete: bool = True) -> list[Reached]:
    """The edits to report, nearest first: all up to a number that nobody reads, those that matter first beyond it."""
    edits = sorted(found, key=lambda reached: reached[1].count(".") + reached[1].count("["))
    rest = ""
    if len(edits) > MOST_EDITS:
        edits.sort(key=lambda reached: reached[0].effect is Effect.NONE)
        rest = f"{len(edits) - MOST_EDITS} more differences are not listed"
    elif not is_complete:
        rest = "there are so many differences that not all of them were followed"
    more: list[Reached] = [(Edit(NotUnderstood, (rest,)), "", False, False)] if rest else []
    return [*edits[:MOST_EDITS], *more]

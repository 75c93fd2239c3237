"""Compares schemas as a graph of pairs: each pair once, however often, deep or in circles it is used."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.compare.contract.bounds import compare_bounds
from beastmode_tools.guard.compare.contract.branches import (
    compare_alternatives,
    compare_discriminators,
    compare_parts,
    is_choice,
)
from beastmode_tools.guard.compare.contract.document import Document
from beastmode_tools.guard.compare.contract.flatten import shape_of
from beastmode_tools.guard.compare.contract.node import Child, Edit, Key, Node, Reading, key_of
from beastmode_tools.guard.compare.contract.objects import compare_arrays, compare_conditions, compare_objects
from beastmode_tools.guard.compare.contract.schema_changes import NotUnderstood, ReferenceNotFollowed
from beastmode_tools.guard.compare.contract.shape import ABSENT, Shape, json_text
from beastmode_tools.guard.compare.contract.site import Direction, Effect, Site
from beastmode_tools.guard.compare.contract.unchanged import Unchanged
from beastmode_tools.guard.compare.contract.values import compare_access, compare_null, compare_types, compare_values

__all__ = ["Comparison"]

MOST_EDITS = 300
MOST_NODES = 20_000
Reached = tuple[Edit, str, bool, bool]  # an edit, the path to it, and whether it is read-only or write-only there


@dataclass(slots=True)
class Comparison:
    """Two documents, and every pair of schemas that was looked at so far."""

    old: Document
    new: Document
    unchanged: Unchanged = field(init=False)
    nodes: dict[Reading, dict[Key, Node]] = field(default_factory=lambda: defaultdict(dict))
    reached: dict[Reading, dict[Key, list[Reached]]] = field(default_factory=lambda: defaultdict(dict))
    filling: int = 0
    shapes: tuple[dict[Any, Shape], dict[Any, Shape]] = field(default_factory=lambda: ({}, {}))
    alive: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unchanged = Unchanged(self.old, self.new)

    def are_same(self, old: Any, new: Any) -> bool:
        """Whether two values are written alike and lead to the same."""
        return self.unchanged.are_same(old, new)

    def old_shape(self, raw: Any) -> Shape:
        """What a schema of the old document means."""
        return self.shape(0, self.old, raw)

    def new_shape(self, raw: Any) -> Shape:
        """What a schema of the new document means."""
        return self.shape(1, self.new, raw)

    def shape(self, side: int, document: Document, raw: Any) -> Shape:
        """The shape, made once."""
        key = key_of(raw)
        known = self.shapes[side].get(key)
        if known is None:
            self.alive.append(raw)
            known = self.shapes[side][key] = shape_of(document, raw)
        return known

    def changes(self, old: Any, new: Any, site: Site, reading: Reading) -> Iterator[Any]:
        """What changed between two schemas, as facts at their places.

        Args:
            old: The schema before; ABSENT where there was none.
            new: The schema after.
            site: Where they stand.
            reading: How values travel there.
        """
        old, new = (True if each is ABSENT else each for each in (old, new))
        if self.are_same(old, new):
            return
        for edit, path, is_read_only, is_write_only in self.reach(old, new, reading):
            is_hidden = is_read_only if site.direction is Direction.REQUEST else is_write_only
            field = (site.field + path).lstrip(".")
            place = Site(site.operation, site.part, field, site.direction, site.kind, is_hidden)
            yield edit.kind(place, *edit.facts)

    def effect(self, old: Any, new: Any, reading: Reading) -> Effect:
        """What became of the set of valid values, all in all."""
        result = Effect.NONE
        if not self.are_same(old, new):
            for reached in self.reach(old, new, reading):
                result |= reached[0].effect
        return result

    def reach(self, old: Any, new: Any, reading: Reading) -> list[Reached]:
        """Every edit below a pair with the path to it, nearest first; what was walked is not walked again."""
        memory, nodes = self.reached[reading], self.nodes[reading]
        key = (key_of(old), key_of(new))
        if key in memory:
            return memory[key]
        found: dict[Any, Reached] = {}
        waiting = deque([Child("", old, new, False, False, key)])  # noqa: FBT003 - a place that nobody keeps from anybody
        seen = {(key, False, False)}
        while waiting and len(seen) < MOST_NODES:
            here = waiting.popleft()
            start, _, _, is_read_only, is_write_only, here_key = here
            known = memory.get(here_key)
            if known is None and is_named(here_key) and not is_named(key):
                # Components are walked once for all that use them; what is written in place is walked here.
                known = self.reach(here.old, here.new, reading)
            node = None if known is not None else nodes.get(here_key) or self.node(here, reading)
            for edit, path, read_only, write_only in known if node is None else map(start_of, node.edits):
                mark = (id(edit), read_only or is_read_only, write_only or is_write_only)
                if mark not in found:
                    found[mark] = (edit, start + path, mark[1], mark[2])
            for path, one, other, read_only, write_only, child_key in () if node is None else node.children:
                state = (child_key, read_only or is_read_only, write_only or is_write_only)
                if state not in seen:
                    seen.add(state)
                    waiting.append(Child(start + path, one, other, state[1], state[2], child_key))
        result = listed(found)
        if not self.filling:
            self.alive += (old, new)
            memory[key] = result
        return result

    def node(self, pair: Child, reading: Reading) -> Node:
        """A pair of schemas with its own differences."""
        nodes = self.nodes[reading]
        node = nodes.get(pair.key)
        if node is None:
            self.alive += (pair.old, pair.new)
            # Known before it is filled: an alternative may lead back here while it is compared.
            node = nodes[pair.key] = Node(self.old_shape(pair.old), self.new_shape(pair.new), reading)
            if not self.are_same(pair.old, pair.new):
                self.filling += 1
                self.fill(node, pair.old, pair.new)
                self.filling -= 1
        return node

    def fill(self, node: Node, old: Any, new: Any) -> None:
        """Compares keyword by keyword."""
        is_choice_on_one_side = bool(node.old.groups) != bool(node.new.groups) and is_choice(
            node.new if node.new.groups else node.old
        )
        compare_alternatives(self, node, old, new)
        compare_discriminators(node)
        compare_access(node)
        if is_choice_on_one_side:
            compare_null(node)
        else:
            has_common_type = compare_types(node)
            compare_values(node)
            if has_common_type:
                compare_parts(node)
                compare_bounds(node)
                compare_objects(self, node)
                compare_arrays(self, node)
                compare_conditions(self, node)
        self.note_unknown(node)

    def note_unknown(self, node: Node) -> None:
        """Notes what cannot be weighed: keywords that nobody here knows, and references that were not followed."""
        old, new = node.old, node.new
        for keyword in sorted({*old.unknown, *new.unknown}):
            if json_text(old.unknown.get(keyword, "")) != json_text(new.unknown.get(keyword, "")):
                node.edit(NotUnderstood, f"keyword {keyword!r} changed")
        if old.unfollowed != new.unfollowed:
            node.edit(ReferenceNotFollowed, ", ".join(old.unfollowed), ", ".join(new.unfollowed))


def start_of(edit: Edit) -> Reached:
    """An edit as reached from its own pair."""
    return edit, edit.path, edit.is_read_only, edit.is_write_only


def is_named(key: Key) -> bool:
    """Whether a pair is of two references."""
    return isinstance(key[0], str) and isinstance(key[1], str)


def listed(found: dict[Any, Reached]) -> list[Reached]:
    """The edits to report: all of them up to a number that nobody reads, those that matter first beyond it."""
    edits = list(found.values())
    if len(edits) > MOST_EDITS:
        edits.sort(key=lambda reached: reached[0].effect is Effect.NONE)
        rest = f"{len(edits) - MOST_EDITS} more differences are not listed"
        edits = [*edits[:MOST_EDITS], (Edit(NotUnderstood, (rest,)), "", False, False)]
    return edits

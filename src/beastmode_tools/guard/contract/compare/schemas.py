"""Compares schemas as a graph of pairs: each pair once, however often, deep or in circles it is used."""

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.contract.compare.bounds import compare_bounds
from beastmode_tools.guard.contract.compare.branches import (
    compare_alternatives,
    compare_discriminators,
    compare_parts,
    is_choice,
)
from beastmode_tools.guard.contract.compare.document import Document
from beastmode_tools.guard.contract.compare.flatten import shape_of
from beastmode_tools.guard.contract.compare.node import Child, Edit, Key, Node, Reading, key_of
from beastmode_tools.guard.contract.compare.objects import compare_arrays, compare_conditions, compare_objects
from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood, ReferenceNotFollowed
from beastmode_tools.guard.contract.compare.shape import ABSENT, Shape
from beastmode_tools.guard.contract.compare.site import Direction, Effect, Site
from beastmode_tools.guard.contract.compare.spread import Graph, Reached, start_of
from beastmode_tools.guard.contract.compare.unchanged import Unchanged
from beastmode_tools.guard.contract.compare.values import compare_access, compare_null, compare_types, compare_values
from beastmode_tools.source.digest import digest, json_text

__all__ = ["Comparison"]

MOST_REPORTED = 20_000  # beyond it, a body shows its FEW worst differences and how many more there are
FEW = 10
"""So many differences of one body a person looks at before asking for another way to see them."""
MOST_NODES = 20_000
"""Pairs that are walked for one pair of alternatives, since each may lead through all components."""


@dataclass(slots=True)
class Comparison:
    """Two documents, and every pair of schemas that was looked at so far."""

    old: Document
    new: Document
    unchanged: Unchanged = field(init=False)
    nodes: dict[Reading, dict[Key, Node]] = field(default_factory=lambda: defaultdict(dict))
    reached: dict[Reading, dict[Key, list[Reached]]] = field(default_factory=lambda: defaultdict(dict))
    filling: int = 0
    reported: int = 0
    shapes: tuple[dict[Any, Shape], dict[Any, Shape]] = field(default_factory=lambda: ({}, {}))
    alive: list[Any] = field(default_factory=list)
    contents: dict[int, str] = field(default_factory=dict)

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
        for edit, path, is_read_only, is_write_only in self.listed(self.reach(old, new, reading), site):
            is_hidden = is_read_only if site.direction is Direction.REQUEST else is_write_only
            field = (site.field + path).lstrip(".")
            place = Site(site.operation, site.part, field, site.direction, site.kind, is_hidden, self.content(edit))
            yield edit.at(place)

    def content(self, edit: Edit) -> str:
        """A digest of what an edit only names; "" where its facts are all there is."""
        if edit.held == (None, None):
            return ""
        known = self.contents.get(id(edit))
        if known is None:
            known = self.contents[id(edit)] = digest(self.old.closure(edit.held[0]), self.new.closure(edit.held[1]))
        return known

    def listed(self, reached: list[Reached], site: Site) -> list[Reached]:
        """The edits to report at a place: all of them, until there are so many that nobody reads on."""
        self.reported += len(reached)
        if self.reported < MOST_REPORTED or len(reached) <= FEW:
            return reached
        hurts = Effect.NARROWS if site.is_request else Effect.WIDENS
        first = sorted(reached, key=lambda each: hurts not in each[0].effect)
        rest = f"{len(reached) - FEW} more differences are not listed"
        return [*first[:FEW], (Edit(NotUnderstood, (rest,)), "", False, False)]

    def effect(self, old: Any, new: Any, reading: Reading) -> Effect:
        """What became of the set of valid values, all in all."""
        result = Effect.NONE
        if not self.are_same(old, new):
            for reached in self.reach(old, new, reading):
                result |= reached[0].effect
        return result

    def reach(self, old: Any, new: Any, reading: Reading) -> list[Reached]:
        """Every edit below a pair with the path to it, nearest first; what was settled is not walked again."""
        memory = self.reached[reading]
        root = Child("", old, new, False, False, (key_of(old), key_of(new)))  # noqa: FBT003 - nobody is kept from it
        if root.key not in memory and not self.filling:
            self.alive += (old, new)
            graph = Graph(memory)
            graph.explore(root, lambda pair: self.node(pair, reading))
            graph.settle()
        return memory[root.key] if root.key in memory else self.walk(root, reading)

    def walk(self, root: Child, reading: Reading) -> list[Reached]:
        """The same while alternatives are being matched: pairs may be half done then, so nothing is kept."""
        found: dict[Any, Reached] = {}
        waiting = deque([root])
        seen = {root.key}
        while waiting and len(seen) < MOST_NODES:
            here = waiting.popleft()
            node = self.node(here, reading)
            found |= {id(edit): start_of(edit) for edit in node.edits}
            for child in node.children:
                if child.key not in seen:
                    seen.add(child.key)
                    waiting.append(child)
        return list(found.values())

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
                told = (old.unknown.get(keyword), new.unknown.get(keyword))
                node.edit(NotUnderstood, f"keyword {keyword!r} changed", old=told[0], new=told[1])
        if old.unfollowed != new.unfollowed:
            node.edit(ReferenceNotFollowed, ", ".join(old.unfollowed), ", ".join(new.unfollowed))

"""Compares schemas as a graph of pairs: each pair once, however often and however deep it is used, recursion included."""

from collections import deque
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
from beastmode_tools.guard.compare.contract.node import Child, Edit, Node, Reading
from beastmode_tools.guard.compare.contract.objects import compare_arrays, compare_conditions, compare_objects
from beastmode_tools.guard.compare.contract.schema_changes import NotUnderstood, ReferenceNotFollowed
from beastmode_tools.guard.compare.contract.shape import ABSENT, Shape, json_text
from beastmode_tools.guard.compare.contract.site import Direction, Effect, Site
from beastmode_tools.guard.compare.contract.unchanged import Unchanged
from beastmode_tools.guard.compare.contract.values import compare_access, compare_types, compare_values

__all__ = ["Comparison"]

MOST_EDITS = 2000
MOST_NODES = 20_000


@dataclass(slots=True)
class Comparison:
    """Two documents, and every pair of schemas that was looked at so far."""

    old: Document
    new: Document
    unchanged: Unchanged = field(init=False)
    nodes: dict[Any, Node] = field(default_factory=dict)
    reached: dict[Any, list[Edit]] = field(default_factory=dict)
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
        for edit in self.edits(old, new, reading):
            is_hidden = edit.is_read_only if site.direction is Direction.REQUEST else edit.is_write_only
            yield edit.kind(site.at((site.field + edit.path).lstrip("."), is_hidden=is_hidden), *edit.facts)

    def effect(self, old: Any, new: Any, reading: Reading) -> Effect:
        """What became of the set of valid values, all in all."""
        result = Effect.NONE
        if not self.are_same(old, new):
            for edit in self.edits(old, new, reading, keep=False):
                # Every kind of change has an effect as its last fact, or as its own default.
                last = edit.facts[-1] if edit.facts else None
                result |= last if isinstance(last, Effect) else edit.kind.__dataclass_fields__["effect"].default  # type: ignore[attr-defined]
        return result

    def edits(self, old: Any, new: Any, reading: Reading, *, keep: bool = True) -> list[Edit]:
        """Every edit that can be reached from a pair, each at its shortest path."""
        key = (key_of(old), key_of(new), reading)
        known = self.reached.get(key)
        if known is not None:
            return known
        found: list[Edit] = []
        waiting = deque([Child("", old, new)])
        seen = set()
        while waiting and len(found) < MOST_EDITS and len(seen) < MOST_NODES:
            here = waiting.popleft()
            mark = (key_of(here.old), key_of(here.new), here.is_read_only, here.is_write_only)
            if mark in seen:
                continue
            seen.add(mark)
            node = self.node(here.old, here.new, reading)
            found.extend(placed(edit, here) for edit in node.edits)
            waiting.extend(below(child, here) for child in node.children)
        if waiting:
            found.append(Edit(NotUnderstood, (f"more than {len(found)} differences: the rest was not looked at",)))
        if keep:
            self.alive += (old, new)
            self.reached[key] = found
        return found

    def node(self, old: Any, new: Any, reading: Reading) -> Node:
        """A pair of schemas with its own differences."""
        key = (key_of(old), key_of(new), reading)
        node = self.nodes.get(key)
        if node is None:
            self.alive += (old, new)
            # Known before it is filled: an alternative may lead back here while it is compared.
            node = self.nodes[key] = Node(self.old_shape(old), self.new_shape(new), reading)
            if not self.are_same(old, new):
                self.fill(node, old, new)
        return node

    def fill(self, node: Node, old: Any, new: Any) -> None:
        """Compares keyword by keyword."""
        is_choice_on_one_side = bool(node.old.groups) != bool(node.new.groups) and is_choice(
            node.new if node.new.groups else node.old
        )
        compare_alternatives(self, node, old, new)
        compare_discriminators(node)
        compare_access(node)
        if not is_choice_on_one_side:
            has_common_type = compare_types(node)
            compare_values(node)
            if has_common_type:
                compare_parts(self, node)
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


def key_of(raw: Any) -> Any:
    """What a schema is remembered by: where its reference leads, else which object it is."""
    if isinstance(raw, dict) and len(raw) == 1 and isinstance(raw.get("$ref"), str):
        return raw["$ref"]
    return id(raw)


def placed(edit: Edit, here: Child) -> Edit:
    """An edit as seen from the root of the walk."""
    is_read_only, is_write_only = here.is_read_only or edit.is_read_only, here.is_write_only or edit.is_write_only
    return Edit(edit.kind, edit.facts, here.path + edit.path, is_read_only, is_write_only)


def below(child: Child, here: Child) -> Child:
    """A pair as seen from the root of the walk."""
    is_read_only, is_write_only = here.is_read_only or child.is_read_only, here.is_write_only or child.is_write_only
    return Child(here.path + child.path, child.old, child.new, is_read_only, is_write_only)

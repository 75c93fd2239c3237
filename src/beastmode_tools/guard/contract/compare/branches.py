"""Schemas made of schemas: alternatives are matched by name, then by meaning, then by what they look like."""

import hashlib
from typing import TYPE_CHECKING, Any

from beastmode_tools.guard.contract.compare.document import Document, resolved
from beastmode_tools.guard.contract.compare.flatten import is_null
from beastmode_tools.guard.contract.compare.node import Node
from beastmode_tools.guard.contract.compare.schema_changes import (
    AllOfAdded,
    AllOfRemoved,
    BranchAdded,
    BranchRemoved,
    ConstraintChanged,
    DiscriminatorChanged,
    NotUnderstood,
)
from beastmode_tools.guard.contract.compare.shape import Part, Shape, reference_name
from beastmode_tools.guard.contract.compare.site import Effect
from beastmode_tools.source.digest import json_text
from beastmode_tools.source.openapi import listing

if TYPE_CHECKING:
    from beastmode_tools.guard.contract.compare.schemas import Comparison

__all__ = ["compare_alternatives", "compare_discriminators", "compare_parts", "is_choice"]

MOST_COMPARED = 40
"""Alternatives of one schema that are compared with each other; each pair is a comparison of its own, so 40 are
1,600."""


def label_of(raw: Any) -> str:
    """What a person calls an alternative: its reference, title or type; else something that is the same every time."""
    if isinstance(raw, dict):
        if isinstance(raw.get("$ref"), str):
            return reference_name(raw["$ref"])
        for key in ("title", "const", "type"):
            if isinstance(raw.get(key), str):
                kind: str = raw[key]
                fields = raw.get("properties")
                return (
                    f"{kind} with {', '.join(sorted(fields))}"
                    if key == "type" and isinstance(fields, dict) and fields
                    else kind
                )
    return "schema " + hashlib.sha256(json_text(raw).encode()).hexdigest()[:6]


def is_choice(shape: Shape) -> bool:
    """Whether a schema is nothing but one list of alternatives."""
    return len(shape.groups) == 1 and not (
        shape.properties or shape.required or shape.values or shape.bounds or shape.patterns or shape.guards
    )


def compare_alternatives(comparison: "Comparison", node: Node, old_raw: Any, new_raw: Any) -> None:
    """Notes alternatives that came or went; a schema that became one of several counts as one alternative before."""
    old, new = node.old.groups, node.new.groups
    if not old and not new:
        return
    if bool(old) != bool(new) and is_choice(node.new if new else node.old):
        keyword, branches = (new or old)[0]
        plain = plain_branches(
            comparison.old if new else comparison.new, *((node.old, old_raw) if new else (node.new, new_raw))
        )
        match(comparison, node, keyword, (plain, branches) if new else (branches, plain))
        return
    for index in range(max(len(old), len(new))):
        if index >= len(old) or index >= len(new):
            keyword = (old if index >= len(new) else new)[index][0]
            action, effect = ("added", Effect.NARROWS) if index >= len(old) else ("removed", Effect.WIDENS)
            old_group, new_group = (side[index][1] if index < len(side) else None for side in (old, new))
            node.edit(ConstraintChanged, keyword, action, effect, old=old_group, new=new_group)
            continue
        if old[index][0] != new[index][0]:
            told = f"{old[index][0]} became {new[index][0]}"
            node.edit(NotUnderstood, told, old=old[index][1], new=new[index][1])
        match(comparison, node, new[index][0], (old[index][1], new[index][1]))


def plain_branches(document: Document, shape: Shape, raw: Any) -> list[Any]:
    """A schema without alternatives as a list of them: one for each type, or itself; null is compared elsewhere."""
    says_more = shape.properties or shape.required or shape.bounds or shape.patterns or shape.format or shape.values
    if shape.types and len(shape.types) > 1 and not says_more:
        return [{"type": name} for name in sorted(shape.types)]
    if not shape.is_nullable and shape.discriminator is None:
        return [raw]
    return [bare(resolved(document, raw) if isinstance(raw, dict) and len(raw) == 1 else raw)]


def bare(raw: Any) -> Any:
    """A schema without null and discriminator, which are compared elsewhere; all else that it allows stays."""
    if not isinstance(raw, dict):
        return raw
    kept = {key: value for key, value in raw.items() if key not in ("nullable", "x-nullable", "discriminator")}
    for keyword in ("anyOf", "oneOf"):
        branches = [each for each in listing(raw.get(keyword)) if not is_null(each)]
        if len(branches) == 1:
            del kept[keyword]
            return {**kept, "allOf": [*listing(kept.get("allOf")), branches[0]]} if kept else branches[0]
    if isinstance(kept.get("type"), list):
        kept["type"] = [name for name in kept["type"] if name != "null"]
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    return kept


def match(comparison: "Comparison", node: Node, keyword: str, sides: tuple[list[Any], list[Any]]) -> None:
    """Pairs the alternatives of both sides and notes those that are left over."""
    old, new = list(sides[0]), list(sides[1])
    comparison_by_text = comparison.are_same
    means, alike = means_the_same(comparison, node), looks_alike(old, new)
    for is_pair in (has_same_name(), comparison_by_text, means, alike, is_nearest(comparison, old, new)):
        for before in list(old):
            after = next((each for each in new if is_pair(before, each)), None)
            if after is not None:
                old.remove(before)
                new.remove(after)
                if not comparison.are_same(before, after):
                    node.child(f"({label_of(before)})", before, after)
        if not old and not new:
            return
        if len(old) * len(new) > MOST_COMPARED * MOST_COMPARED and is_pair is comparison_by_text:
            node.edit(
                NotUnderstood,
                f"{len(old)} of the alternatives in {keyword} changed, too many to tell which became which",
                old=old,
                new=new,
            )
            return
    for before in old:
        is_covered = "$ref" not in before if isinstance(before, dict) else False
        is_covered = is_covered and is_within_any(comparison, node, before, sides[1])
        effect = Effect.NONE if is_covered else Effect.NARROWS
        node.edit(BranchRemoved, keyword, label_of(before), effect, old=before)
    for after in new:
        is_covered = keyword == "anyOf" and covers_any(comparison, node, after, sides[0])
        effect = Effect.NONE if is_covered else Effect.WIDENS
        node.edit(BranchAdded, keyword, label_of(after), effect, new=after)


def has_same_name() -> Any:
    """Pairs references of one name."""

    def is_pair(old: Any, new: Any) -> bool:
        refs = [each.get("$ref") if isinstance(each, dict) else None for each in (old, new)]
        return (
            isinstance(refs[0], str) and isinstance(refs[1], str) and reference_name(refs[0]) == reference_name(refs[1])
        )

    return is_pair


def means_the_same(comparison: "Comparison", node: Node) -> Any:
    """Pairs alternatives that allow the same values, however they are written."""
    budget = [MOST_COMPARED * MOST_COMPARED]

    def is_pair(old: Any, new: Any) -> bool:
        budget[0] -= 1
        return budget[0] > 0 and comparison.effect(old, new, node.reading) is Effect.NONE

    return is_pair


def looks_alike(old: list[Any], new: list[Any]) -> Any:
    """Pairs unnamed alternatives that look like one that was edited: the same title, or the only one of its kind."""

    def kind(raw: Any) -> Any:
        if not isinstance(raw, dict) or "$ref" in raw:
            return None
        return raw.get("title") if isinstance(raw.get("title"), str) else json_text(raw.get("type"))

    def is_pair(before: Any, after: Any) -> bool:
        name = kind(before)
        if name is None or name != kind(after):
            return False
        return [kind(each) for each in old].count(name) == [kind(each) for each in new].count(name) == 1

    return is_pair


def is_nearest(comparison: "Comparison", old: list[Any], new: list[Any]) -> Any:
    """Pairs a schema that became one of several with the alternative that has most of its fields."""
    if len(old) != 1 or len(new) < 2:
        return lambda _before, _after: False
    fields = set(comparison.old_shape(old[0]).properties)
    shared = [len(fields & set(comparison.new_shape(each).properties)) for each in new]
    nearest = new[shared.index(max(shared))] if shared.count(max(shared)) == 1 and max(shared) else None
    return lambda _before, after: after is nearest


def is_within_any(comparison: "Comparison", node: Node, raw: Any, branches: list[Any]) -> bool:
    """Whether everything that an old alternative allowed is still allowed by a new one."""
    effects = (comparison.effect(raw, each, node.reading) for each in branches[:MOST_COMPARED])
    return any(effect in (Effect.NONE, Effect.WIDENS) for effect in effects)


def covers_any(comparison: "Comparison", node: Node, raw: Any, branches: list[Any]) -> bool:
    """Whether everything that a new alternative allows was allowed by an old one."""
    effects = (comparison.effect(each, raw, node.reading) for each in branches[:MOST_COMPARED])
    return any(effect in (Effect.NONE, Effect.NARROWS) for effect in effects)


def compare_parts(node: Node) -> None:
    """Notes schemas of an `allOf` that came or went while everything else stayed; what they say was merged already."""
    old, new = (
        unmatched(node.old.parts, node.new.parts),
        unmatched(node.new.parts, node.old.parts),
    )
    if node.old.own != node.new.own or (old and new):
        return
    for part in new:
        effect = Effect.NONE if part.is_annotation else Effect.NARROWS
        node.edit(AllOfAdded, part.label or label_of(part.raw), part.is_annotation, effect, new=part.raw)
    for part in old:
        effect = Effect.NONE if part.is_annotation else Effect.WIDENS
        node.edit(AllOfRemoved, part.label or label_of(part.raw), part.is_annotation, effect, old=part.raw)


def unmatched(parts: list[Part], others: list[Part]) -> list[Part]:
    """The parts of one side that the other side does not have, by reference or by content."""
    names = {part.label for part in others if part.label}
    return [
        part
        for part in parts
        if (part.label not in names if part.label else not any(part.raw == other.raw for other in others))
    ]


def compare_discriminators(node: Node) -> None:
    """Notes how alternatives are told apart."""
    old, new = node.old.discriminator, node.new.discriminator
    if old == new:
        return
    if old is None or new is None:
        action = "added" if old is None else "removed"
        node.edit(DiscriminatorChanged, action, (new or old or ("", {}))[0], Effect.NONE, old=old, new=new)
        return
    if old[0] != new[0]:
        node.edit(DiscriminatorChanged, "renamed", f"{old[0]} → {new[0]}", Effect.BOTH)
    for key in sorted({*old[1], *new[1]}):
        if key not in old[1]:
            node.edit(DiscriminatorChanged, "mapping-added", key, Effect.WIDENS, new=new[1][key])
        elif key not in new[1]:
            node.edit(DiscriminatorChanged, "mapping-removed", key, Effect.NARROWS, old=old[1][key])
        elif old[1][key] != new[1][key]:
            node.edit(DiscriminatorChanged, "mapping-changed", f"{key}: {old[1][key]} → {new[1][key]}", Effect.BOTH)

"""Objects and arrays: fields, which of them are required, what else may be there, items, conditions."""

from typing import TYPE_CHECKING, Any

from beastmode_tools.guard.contract.compare.node import Node
from beastmode_tools.guard.contract.compare.schema_changes import (
    AdditionalPropertiesChanged,
    ConstraintChanged,
    PropertyAdded,
    PropertyRemoved,
    RequirednessChanged,
)
from beastmode_tools.guard.contract.compare.shape import ABSENT, Shape
from beastmode_tools.guard.contract.compare.site import Effect

if TYPE_CHECKING:
    from beastmode_tools.guard.contract.compare.schemas import Comparison

__all__ = ["compare_arrays", "compare_conditions", "compare_objects"]


def compare_objects(comparison: "Comparison", node: Node) -> None:
    """Notes fields that came, went, or became required."""
    old, new = node.old, node.new
    for name in [*old.properties, *(name for name in new.properties if name not in old.properties)]:
        if name not in new.properties:
            note_removed(comparison, node, name)
        elif name not in old.properties:
            note_added(comparison, node, name)
        else:
            note_both(comparison, node, name)
    for name in sorted(old.required ^ new.required):
        if name not in old.properties and name not in new.properties:
            node.edit_below("." + name, new, RequirednessChanged, *requiredness(new, name))
    compare_additional(node)


def note_removed(comparison: "Comparison", node: Node, name: str) -> None:
    """A field that is no longer described; one that the object takes as an additional one is compared as such."""
    old, new = node.old, node.new
    shape = comparison.old_shape(old.properties[name])
    is_closed = new.additional is False and not new.pattern_properties
    facts = (name in old.required, bool(old.required), is_closed, shape.is_deprecated)
    effect = Effect.NARROWS if is_closed else Effect.WIDENS
    node.edit_below("." + name, shape, PropertyRemoved, *facts, effect)


def note_added(comparison: "Comparison", node: Node, name: str) -> None:
    """A field that was not described before."""
    shape = comparison.new_shape(node.new.properties[name])
    is_required = name in node.new.required and name not in node.old.required
    effect = Effect.NARROWS if is_required else Effect.WIDENS if node.old.additional is False else Effect.NONE
    facts = (is_required, shape.default is not ABSENT, effect)
    node.edit_below("." + name, shape, PropertyAdded, *facts, new=node.new.properties[name])


def note_both(comparison: "Comparison", node: Node, name: str) -> None:
    """A field of both sides."""
    before, after = node.old.properties[name], node.new.properties[name]
    if (name in node.old.required) is not (name in node.new.required):
        shape = comparison.new_shape(after)
        facts = (name in node.new.required, shape.default is not ABSENT)
        effect = Effect.NARROWS if facts[0] else Effect.WIDENS
        node.edit_below("." + name, shape, RequirednessChanged, *facts, effect)
    if not comparison.are_same(before, after):
        old, new = comparison.old_shape(before), comparison.new_shape(after)
        is_read_only = old.is_read_only and new.is_read_only
        is_write_only = old.is_write_only and new.is_write_only
        node.child("." + name, before, after, is_read_only=is_read_only, is_write_only=is_write_only)


def requiredness(new: Shape, name: str) -> tuple[bool, bool, Effect]:
    """Facts of a field that is required, or was, without being described."""
    is_required = name in new.required
    return is_required, False, Effect.NARROWS if is_required else Effect.WIDENS


def compare_additional(node: Node) -> None:
    """Notes what became of fields that are not described."""
    old, new = node.old.additional, node.new.additional
    if old == new and not isinstance(old, dict):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        node.child("{*}", old, new)
        return
    narrows = new is False or old is True
    names = [
        {True: "allowed", False: "refused"}.get(each, "described") if isinstance(each, bool) else "described"
        for each in (old, new)
    ]
    effect = Effect.NARROWS if narrows else Effect.WIDENS
    node.edit(AdditionalPropertiesChanged, *names, effect, old=old, new=new)


def compare_arrays(comparison: "Comparison", node: Node) -> None:
    """Notes changed items: those at a place of their own one by one, the others together."""
    old, new = node.old, node.new
    rest = tuple(True if each.items is ABSENT else each.items for each in (old, new))
    for index in range(max(len(old.prefix), len(new.prefix))):
        before = old.prefix[index] if index < len(old.prefix) else rest[0]
        after = new.prefix[index] if index < len(new.prefix) else rest[1]
        if not comparison.are_same(before, after):
            node.child(f"[{index}]", before, after)
    if not comparison.are_same(*rest):
        node.child("[]", *rest)


def compare_conditions(comparison: "Comparison", node: Node) -> None:
    """Notes keywords that restrict by a subschema, a name or a condition."""
    old, new = node.old, node.new
    for keyword in sorted({*old.guards, *new.guards}):
        pair(node, keyword, keyword, old.guards.get(keyword, ABSENT), new.guards.get(keyword, ABSENT))
    widens = Effect.WIDENS if old.additional is False and new.additional is False else Effect.NARROWS
    for keyword, before, after, added in (
        ("patternProperties", old.pattern_properties, new.pattern_properties, widens),
        ("dependentSchemas", old.dependent_schemas, new.dependent_schemas, Effect.NARROWS),
    ):
        for name in sorted({*before, *after}):
            pair(node, f"{keyword} {name}", keyword, before.get(name, ABSENT), after.get(name, ABSENT), added)
    compare_dependent_required(node)
    compare_ifs(comparison, node)
    compare_negations(comparison, node)
    for keyword in sorted({*old.codings, *new.codings}):
        note_text(node, keyword, old.codings.get(keyword), new.codings.get(keyword))


def pair(node: Node, name: str, keyword: str, old: Any, new: Any, added: Effect = Effect.NARROWS) -> None:  # noqa: PLR0913, PLR0917 - a keyword's two sides, and how it is called
    """A subschema that restricts: one more narrows, one less widens, two are compared."""
    if old is ABSENT:
        node.edit(ConstraintChanged, name, "added", added, new=new)
    elif new is ABSENT:
        node.edit(ConstraintChanged, name, "removed", added.inverse)
    elif old != new or keyword:
        node.child(f"({name})", old, new)


def note_text(node: Node, keyword: str, old: str | None, new: str | None) -> None:
    """A keyword that is a text."""
    if old != new:
        action = "added" if old is None else "removed" if new is None else "changed"
        effect = {"added": Effect.NARROWS, "removed": Effect.WIDENS, "changed": Effect.BOTH}[action]
        node.edit(ConstraintChanged, keyword, action, effect, old=old, new=new)


def compare_dependent_required(node: Node) -> None:
    """Notes which fields now bring others along, or no longer do."""
    before, after = node.old.dependent_required, node.new.dependent_required
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        keyword = f"dependentRequired {name}"
        if old is None or new is None:
            action, effect = ("added", Effect.NARROWS) if old is None else ("removed", Effect.WIDENS)
            node.edit(ConstraintChanged, keyword, action, effect, old=sorted(old or ()), new=sorted(new or ()))
        elif old != new:
            effect = Effect.WIDENS if new < old else Effect.BOTH
            node.edit(ConstraintChanged, keyword, "changed", effect, old=sorted(old), new=sorted(new))


def compare_ifs(comparison: "Comparison", node: Node) -> None:
    """Notes conditions: another `if` cannot be weighed, the same one with other consequences can."""
    old, new = node.old.conditions, node.new.conditions
    for index in range(max(len(old), len(new))):
        before = old[index] if index < len(old) else {}
        after = new[index] if index < len(new) else {}
        if before and after and not is_same_question(comparison, node, before.get("if", True), after.get("if", True)):
            node.edit(ConstraintChanged, "if", "changed", Effect.BOTH, old=before, new=after)
            continue
        for keyword in ("if", "then", "else"):
            if keyword in before or keyword in after:
                pair(
                    node,
                    keyword,
                    "" if keyword == "if" else keyword,
                    before.get(keyword, ABSENT),
                    after.get(keyword, ABSENT),
                )


def is_same_question(comparison: "Comparison", node: Node, old: Any, new: Any) -> bool:
    """Whether two conditions ask the same, however they are written."""
    return comparison.are_same(old, new) or comparison.effect(old, new, node.reading) is Effect.NONE


def compare_negations(comparison: "Comparison", node: Node) -> None:
    """Notes what became of `not`: what narrows within it widens outside."""
    old, new = node.old.negations, node.new.negations
    for before, after in zip(old, new, strict=False):
        if not comparison.are_same(before, after):
            effect = comparison.effect(before, after, node.reading)
            if effect:
                node.edit(ConstraintChanged, "not", "changed", effect.inverse, old=before, new=after)
    for after in new[len(old) :]:
        node.edit(ConstraintChanged, "not", "added", Effect.NARROWS, new=after)
    for before in old[len(new) :]:
        node.edit(ConstraintChanged, "not", "removed", Effect.WIDENS, old=before)

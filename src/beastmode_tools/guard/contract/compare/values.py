"""Which single values are valid: types, null, formats, lists of values, defaults."""

from beastmode_tools.guard.contract.compare.node import Node, Reading
from beastmode_tools.guard.contract.compare.schema_changes import (
    AccessChanged,
    DefaultChanged,
    EnumAdded,
    EnumDropped,
    FieldDeprecated,
    FixedValueChanged,
    FormatChanged,
    NullabilityChanged,
    TextChanged,
    TypeChanged,
    ValueAdded,
    ValueRemoved,
)
from beastmode_tools.guard.contract.compare.shape import ABSENT, Shape
from beastmode_tools.guard.contract.compare.site import Effect
from beastmode_tools.source.digest import json_text

__all__ = ["compare_access", "compare_null", "compare_types", "compare_values", "effect_of"]

COMPOUND = frozenset(("object", "array"))
BOOLEANS = frozenset(("true", "false"))
# Formats that narrow nothing: hints for input fields, and the widest of their type.
HINTS = frozenset((None, "password", "textarea", "html", "markdown", "int64", "double", "string", "text"))
WIDER = {("int32", "int64"), ("float", "double"), ("int32", None), ("float", None)}


def compare_types(node: Node) -> bool:
    """Notes changed types and formats; whether both sides have a type in common, so that the rest can be compared."""
    old, new = types_text(node.old), types_text(node.new)
    if old != new:
        effect = effect_of(
            widens=is_within(node.old, node.new, node.reading), narrows=is_within(node.new, node.old, node.reading)
        )
        is_another = effect is Effect.BOTH and not have_common_types(node.old, node.new)
        node.edit(TypeChanged, old, new, effect, new=node.new.own if is_another else None)
        if is_another:
            return False
    compare_null(node)
    if node.old.format != node.new.format:
        node.edit(FormatChanged, node.old.format, node.new.format, format_effect(node.old.format, node.new.format))
    return True


def compare_null(node: Node) -> None:
    """Notes whether null became, or no longer is, valid."""
    if node.reading.is_scalar and is_within(node.old, node.new, node.reading):
        return  # null has no spelling of its own there: it is left out, or it is the text "null"
    if node.old.is_nullable != node.new.is_nullable:
        effect = Effect.WIDENS if node.new.is_nullable else Effect.NARROWS
        node.edit(NullabilityChanged, node.new.is_nullable, effect)


def effect_of(*, widens: bool, narrows: bool) -> Effect:
    """The effect, from whether the old set lies within the new one and the other way round."""
    if widens and narrows:
        return Effect.NONE
    if widens:
        return Effect.WIDENS
    return Effect.NARROWS if narrows else Effect.BOTH


def types_text(shape: Shape) -> str:
    """The types for a person."""
    if shape.is_never:
        return "nothing"
    types = shape.effective_types
    return "any type" if types is None else " or ".join(sorted(types))


def is_within(inner: Shape, outer: Shape, reading: Reading) -> bool:
    """Whether every type of one schema is a type of the other."""
    if inner.is_never or (outer.effective_types is None and not outer.is_never):
        return True
    if outer.is_never or inner.effective_types is None:
        return False
    types = outer.effective_types or frozenset()
    return all(
        name in types
        or (name == "integer" and "number" in types)
        or (reading.is_text and "string" in types and not (reading.is_scalar and name in COMPOUND))
        for name in inner.effective_types
    )


def have_common_types(old: Shape, new: Shape) -> bool:
    """Whether some type is valid on both sides."""
    one, other = old.effective_types, new.effective_types
    return one is None or other is None or bool(one & other)


def format_effect(old: str | None, new: str | None) -> Effect:
    """What another format does; formats that only hint do nothing."""
    if old in HINTS and new in HINTS:
        return Effect.NONE
    if (old, new) in WIDER:
        return Effect.WIDENS
    if (new, old) in WIDER:
        return Effect.NARROWS
    if old is None or old in ("password", "textarea", "html", "markdown", "string", "text"):
        return Effect.NARROWS
    return Effect.WIDENS if new is None or new in ("string", "text") else Effect.BOTH


def compare_values(node: Node) -> None:
    """Notes what became of lists of values."""
    old, new = listed_values(node.old), listed_values(node.new)
    if old is None or new is None:
        if new is not None:
            node.edit(EnumAdded, tuple(sorted(new)))
        elif old is not None:
            node.edit(EnumDropped, tuple(sorted(old)))
    elif len(old) == len(new) == 1 and old != new:
        node.edit(FixedValueChanged, *old, *new)
    else:
        is_extensible = node.old.extensible is not None
        for value in sorted(new - old):
            node.edit(ValueAdded, value, is_extensible)
        for value in sorted(old - new):
            node.edit(ValueRemoved, value, is_extensible)
    compare_extensible(node)


def compare_extensible(node: Node) -> None:
    """Notes values of an `x-extensible-enum`, where there is no closed list beside it."""
    if node.old.values is not None or node.new.values is not None:
        return
    old, new = node.old.extensible or frozenset(), node.new.extensible or frozenset()
    for value in sorted(new - old):
        node.edit(ValueAdded, value, True)  # noqa: FBT003 - a fact of the change, by its place
    for value in sorted(old - new):
        node.edit(ValueRemoved, value, True)  # noqa: FBT003 - the same


def listed_values(shape: Shape) -> frozenset[str] | None:
    """The values; a boolean with both of its values is not a list."""
    return None if shape.values == BOOLEANS and shape.effective_types == frozenset({"boolean"}) else shape.values


def compare_access(node: Node) -> None:
    """Notes who sends a field, its default, its deprecation, and words for people."""
    old, new = node.old, node.new
    if old.is_read_only != new.is_read_only:
        node.edit(AccessChanged, "readOnly", new.is_read_only)
    if old.is_write_only != new.is_write_only:
        node.edit(AccessChanged, "writeOnly", new.is_write_only)
    before, after = (default_text(each, node.reading) for each in (old, new))
    if before != after:
        node.edit(DefaultChanged, before, after)
    if old.is_deprecated != new.is_deprecated:
        node.edit(FieldDeprecated, new.is_deprecated)
    if old.texts != new.texts and sorted(map(json_text, old.texts)) != sorted(map(json_text, new.texts)):
        node.edit(TextChanged)


def default_text(shape: Shape, reading: Reading) -> str | None:
    """The default as JSON, or as it travels where all is text; None where there is none."""
    if reading.is_text and isinstance(shape.default, str):
        return shape.default
    return None if shape.default is ABSENT else json_text(shape.default)

"""From a schema as it is written to its shape."""

import json
import math
from collections.abc import Callable
from typing import Any

from beastmode_tools.guard.contract.compare.document import Document
from beastmode_tools.guard.contract.compare.shape import ABSENT, ANNOTATIONS, Part, Shape, reference_name
from beastmode_tools.source.digest import json_text
from beastmode_tools.source.openapi import listing, mapping

__all__ = ["is_null", "shape_of"]

DEEPEST = 120
"""Compositions within compositions; Python's own limit of 1,000 calls would be reached at a few hundred."""
WIDEST = 500
"""Alternatives of one schema: generators write one for each kind of event, which are dozens."""
GUARDS = ("contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains", "multipleOf")


def shape_of(document: Document, raw: Any) -> Shape:
    """What a schema means; junk becomes an unknown keyword, never an error."""
    shape = Shape()
    top = raw
    seen: list[str] = []
    while isinstance(top, dict) and isinstance(top.get("$ref"), str) and top["$ref"] not in seen:
        seen.append(top["$ref"])
        shape.label = reference_name(top["$ref"])
        target = document.target(top["$ref"])
        if len(top) > 1 or target is None:
            break
        top = target
    if isinstance(top, dict) and "$ref" not in top:
        shape.own = {key: value for key, value in top.items() if key not in ANNOTATIONS and key != "allOf"}
        shape.parts = [part_of(each) for each in listing(top.get("allOf"))[:WIDEST]]
    absorb(document, shape, raw, ())
    return shape


def part_of(raw: Any) -> Part:
    """One schema of an `allOf`."""
    if isinstance(raw, dict) and isinstance(raw.get("$ref"), str):
        return Part(reference_name(raw["$ref"]), raw, is_annotation=False)
    is_annotation = isinstance(raw, dict) and all(key in ANNOTATIONS or key.startswith("x-") for key in raw)
    title = mapping(raw).get("title")
    return Part(title if isinstance(title, str) else "", raw, is_annotation=is_annotation or raw is True)


def absorb(document: Document, shape: Shape, raw: Any, seen: tuple[str, ...]) -> None:
    """Adds to a shape what one more schema demands; `seen` are the references that led here."""
    if not isinstance(raw, dict):
        if raw is False:
            shape.is_never = True
        elif raw is not True:
            shape.unknown["(no schema)"] = raw
        return
    absorb_reference(document, shape, raw.get("$ref"), seen)
    for key, value in raw.items():
        absorb_keyword(shape, key, value, raw)
    parts = {key: listing(raw[key]) for key in ("allOf", "oneOf", "anyOf") if key in raw}
    for keyword, schemas in parts.items():
        if len(seen) >= DEEPEST or len(schemas) > WIDEST:
            # Not looked at; where it changed, that is said.
            shape.unknown[f"{keyword} beyond what is followed"] = schemas[0 if len(seen) >= DEEPEST else WIDEST :]
    if len(seen) < DEEPEST:
        for each in parts.pop("allOf", [])[:WIDEST]:
            absorb(document, shape, each, (*seen, ""))
        for keyword, schemas in parts.items():
            absorb_alternatives(document, shape, keyword, schemas[:WIDEST], seen)


def absorb_keyword(shape: Shape, key: str, value: Any, raw: dict[str, Any]) -> None:
    """Adds what one keyword says; those that hold whole schemas are read elsewhere."""
    reader = READERS.get(key)
    if reader is not None:
        reader(shape, value, raw)
    elif key in ANNOTATIONS or key.startswith("x-"):
        shape.texts.append((key, value))
    elif key not in ("$ref", "allOf", "oneOf", "anyOf"):
        shape.unknown[key] = value


def absorb_reference(document: Document, shape: Shape, ref: Any, seen: tuple[str, ...]) -> None:
    """Adds what a reference leads to, once: schemas that each name the next one twice would take for ever."""
    if not isinstance(ref, str) or ref in shape.followed or len(seen) >= DEEPEST:
        return
    shape.followed.add(ref)
    target = document.target(ref)
    if target is None:
        shape.unfollowed += (ref,)
    else:
        absorb(document, shape, target, (*seen, ref))


def absorb_alternatives(document: Document, shape: Shape, keyword: str, raw: Any, seen: tuple[str, ...]) -> None:
    """Adds alternatives; those that only say "or null", list types, or list values are said in the plain way."""
    branches = [each for each in listing(raw) if not is_null(each)]
    if len(branches) < len(listing(raw)):
        shape.is_nullable = True
    if not branches:
        return
    if len(branches) == 1:
        absorb(document, shape, branches[0], (*seen, ""))
        return
    plain = [plain_keywords(each) for each in branches]
    if all(keys == {"type"} for keys in plain):
        read_types(shape, [name for each in branches for name in as_list(each["type"])], {})
    elif all(keys and keys <= {"type", "const", "enum"} and keys != {"type"} for keys in plain):
        read_values(shape, [value for each in branches for value in enum_of(each)], {})
    else:
        shape.groups.append((keyword, branches))


def plain_keywords(raw: Any) -> set[str]:
    """The keywords of a schema that are not words for people."""
    return {key for key in raw if key not in ANNOTATIONS} if isinstance(raw, dict) else {"(no schema)"}


def enum_of(raw: dict[str, Any]) -> list[Any]:
    """The values that a schema of one or several constants allows."""
    return [raw["const"]] if "const" in raw else listing(raw["enum"])


def is_null(raw: Any) -> bool:
    """Whether a schema allows null and nothing else."""
    if not isinstance(raw, dict):
        return False
    return raw.get("type") in ("null", ["null"]) or raw.get("enum") == [None] or raw.get("const", ABSENT) is None


def as_list(value: Any) -> list[Any]:
    """A value that may be one or several."""
    return value if isinstance(value, list) else [value]


def read_types(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`type`: one or a list; both of two demands must hold."""
    names = {str(name) for name in as_list(value)}
    if "null" in names:
        shape.is_nullable = True
        names.discard("null")
        if not names:
            shape.types = frozenset(("null",)) if shape.types is None else shape.types
            return
    if "number" in names:
        names.discard("integer")
    if shape.types is None:
        shape.types = frozenset(names)
        return
    both = {name for name in names if name in shape.types or (name == "integer" and "number" in shape.types)}
    both |= {name for name in shape.types if name == "integer" and "number" in names}
    shape.types = frozenset(both or names)


def read_values(shape: Shape, value: Any, raw: dict[str, Any]) -> None:
    """`enum` or `const`; null among the values means that null is allowed too."""
    values = [value] if "const" in raw and raw["const"] is value else listing(value)
    texts = frozenset(json_text(each) for each in values if each is not None)
    if any(each is None for each in values) and "type" not in raw:
        shape.is_nullable = True
    if texts:
        shape.values = texts if shape.values is None else (shape.values & texts or texts)


def read_bound(keyword: str) -> Callable[[Shape, Any, dict[str, Any]], None]:
    """The reader of one limit: the tighter of two demands holds."""

    def read(shape: Shape, value: Any, raw: dict[str, Any]) -> None:
        target = keyword
        if isinstance(value, bool):  # OpenAPI 3.0: a flag beside `minimum` or `maximum`
            return
        if keyword in ("minimum", "maximum") and raw.get("exclusive" + keyword.capitalize()) is True:
            target = "exclusive" + keyword.capitalize()
        number = as_number(value)
        if number is None:
            shape.unknown[keyword] = value
        else:
            known = shape.bounds.get(target)
            shape.bounds[target] = number if known is None else (max if target in LOWER else min)(known, number)

    return read


def as_number(value: Any) -> float | None:
    """A limit's number, also where it was written as text; None for what no computer counts with."""
    try:
        # No number that somebody wrote as text has 40 digits, and reading very long ones takes its time.
        number = json.loads(value) if isinstance(value, str) and len(value) < 40 else value
        is_number = isinstance(number, (int, float)) and not isinstance(number, bool) and math.isfinite(number)
    except (ValueError, OverflowError):
        return None
    return number if is_number else None


def read_properties(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`properties`: one that is described twice must satisfy both."""
    merge_schemas(shape.properties, mapping(value))


def merge_schemas(known: dict[str, Any], more: dict[str, Any]) -> None:
    """Adds named subschemas; the same name twice becomes an `allOf` of both."""
    for name, schema in more.items():
        known[name] = {"allOf": [known[name], schema]} if name in known and known[name] != schema else schema


def read_required(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`required`: the names; a Swagger-like `required: true` on a property says nothing about it."""
    shape.required |= frozenset(each for each in listing(value) if isinstance(each, str))


def read_additional(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`additionalProperties`: refusing wins, a schema wins over anything."""
    if value is False or shape.additional is True:
        shape.additional = True if value == {} else value
    elif isinstance(shape.additional, dict) and isinstance(value, dict) and value and value != shape.additional:
        shape.additional = {"allOf": [shape.additional, value]}


def read_pattern(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`pattern`: all of several must match; one that matches everything says nothing."""
    if isinstance(value, str) and value not in (".*", "^.*$", "^.*", ".*$", ""):
        shape.patterns = tuple(sorted({*shape.patterns, value}))


def read_guard(keyword: str) -> Callable[[Shape, Any, dict[str, Any]], None]:
    """The reader of a keyword with one subschema; `true` restricts nothing."""

    def read(shape: Shape, value: Any, _: dict[str, Any]) -> None:
        if value is not True:
            known = shape.guards.get(keyword, ABSENT)
            shape.guards[keyword] = value if known is ABSENT or known == value else {"allOf": [known, value]}

    return read


def read_dependent_required(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`dependentRequired`: which fields a field brings along."""
    for name, needs in mapping(value).items():
        known = shape.dependent_required.get(name, frozenset())
        shape.dependent_required[name] = known | frozenset(str(each) for each in listing(needs))


def read_dependencies(shape: Shape, value: Any, raw: dict[str, Any]) -> None:
    """`dependencies` of older drafts: names or a schema."""
    for name, needs in mapping(value).items():
        if isinstance(needs, list):
            read_dependent_required(shape, {name: needs}, raw)
        else:
            merge_schemas(shape.dependent_schemas, {name: needs})


def read_condition(shape: Shape, _: Any, raw: dict[str, Any]) -> None:
    """`if` with its `then` and `else`."""
    shape.conditions.append({key: raw[key] for key in ("if", "then", "else") if key in raw})


def read_items(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`items`: a schema, or a list of them as in older drafts."""
    if isinstance(value, list):
        shape.prefix = value
    elif value is not True and value != {}:
        shape.items = value if shape.items in (ABSENT, value) else {"allOf": [shape.items, value]}


def read_discriminator(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`discriminator`: the field, and which value means which schema."""
    name = value if isinstance(value, str) else mapping(value).get("propertyName")
    named = mapping(mapping(value).get("mapping"))
    shape.discriminator = (str(name), {key: reference_name(str(target)) for key, target in named.items()})


def read_nullable(shape: Shape, value: Any, _: dict[str, Any]) -> None:
    """`nullable` of 3.0, `x-nullable` of 2.0."""
    shape.is_nullable = shape.is_nullable or value is True


def set_flag(name: str) -> Callable[[Shape, Any, dict[str, Any]], None]:
    """The reader of a keyword that is on or off."""
    return lambda shape, value, _: setattr(shape, name, getattr(shape, name) or value is True)


def set_text(name: str) -> Callable[[Shape, Any, dict[str, Any]], None]:
    """The reader of a keyword that is a text."""
    return lambda shape, value, _: setattr(shape, name, value if isinstance(value, str) else None)


READERS: dict[str, Callable[[Shape, Any, dict[str, Any]], None]] = {
    "type": read_types,
    "enum": read_values,
    "const": lambda shape, value, raw: read_values(shape, [value], {key: raw[key] for key in raw if key == "type"}),
    "x-extensible-enum": lambda shape, value, _: setattr(
        shape, "extensible", frozenset(json_text(each) for each in listing(value))
    ),
    "nullable": read_nullable,
    "x-nullable": read_nullable,
    "format": set_text("format"),
    "pattern": read_pattern,
    "properties": read_properties,
    "required": read_required,
    "additionalProperties": read_additional,
    "patternProperties": lambda shape, value, _: merge_schemas(shape.pattern_properties, mapping(value)),
    "dependentRequired": read_dependent_required,
    "dependentSchemas": lambda shape, value, _: merge_schemas(shape.dependent_schemas, mapping(value)),
    "dependencies": read_dependencies,
    "if": read_condition,
    "then": lambda *_: None,
    "else": lambda *_: None,
    "not": lambda shape, value, _: shape.negations.append(value),
    "items": read_items,
    "prefixItems": lambda shape, value, _: setattr(shape, "prefix", listing(value)),
    "uniqueItems": set_flag("is_unique"),
    "readOnly": set_flag("is_read_only"),
    "writeOnly": set_flag("is_write_only"),
    "deprecated": set_flag("is_deprecated"),
    "default": lambda shape, value, _: setattr(shape, "default", value),
    "discriminator": read_discriminator,
    "contentMediaType": lambda shape, value, _: shape.codings.__setitem__("contentMediaType", str(value)),
    "contentEncoding": lambda shape, value, _: shape.codings.__setitem__("contentEncoding", str(value)),
    **{keyword: read_guard(keyword) for keyword in GUARDS},
    **{keyword: read_bound(keyword) for keyword in (*LOWER, *UPPER)},
}

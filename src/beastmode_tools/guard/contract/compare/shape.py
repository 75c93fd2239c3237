"""A schema made comparable: one form for 3.0 and 3.1, references followed, `allOf` flattened.

JSON Schema draft 2020-12 and the OpenAPI dialects say one thing in several ways (`nullable`, type lists, `anyOf` with
null, a `const` or an `enum` of one). A `Shape` holds what is meant: two schemas which mean the same are the same.
"""

import json
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ABSENT", "ANNOTATIONS", "Part", "Shape", "reference_name"]

ABSENT: Any = object()
ANNOTATIONS = frozenset(
    (
        *("title", "description", "example", "examples", "externalDocs", "$comment", "deprecated", "summary"),
        *("$schema", "$id", "$defs", "definitions", "$vocabulary"),
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """One schema of an `allOf`: how it is called, and whether it restricts anything."""

    label: str
    raw: Any
    is_annotation: bool


@dataclass(slots=True)
class Shape:
    """What a schema means. Subschemas stay raw: they are compared as pairs of their own.

    Args:
        label: The last part of the reference that led here; "" for a schema written in place.
        types: Without "null"; None for any type.
        values: The `enum` or `const` as JSON texts; None for any value.
        groups: The lists of alternatives: ("oneOf" or "anyOf", its schemas).
        guards: Keywords with one subschema that restricts: contains, propertyNames, unevaluatedItems...
        parts: The schemas of its own `allOf`, whose content has been merged into this shape too.
        own: Its own keywords besides `allOf` and words for people.
        texts: Words for people.
        unknown: Keywords that nobody here knows.
        unfollowed: References that lead out of the document or nowhere.
        followed: References whose content is in the shape; saying the same twice adds nothing.
    """

    label: str = ""
    is_never: bool = False
    types: frozenset[str] | None = None
    is_nullable: bool = False
    format: str | None = None
    values: frozenset[str] | None = None
    extensible: frozenset[str] | None = None
    bounds: dict[str, float] = field(default_factory=dict)
    patterns: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    additional: Any = True
    pattern_properties: dict[str, Any] = field(default_factory=dict)
    guards: dict[str, Any] = field(default_factory=dict)
    dependent_required: dict[str, frozenset[str]] = field(default_factory=dict)
    dependent_schemas: dict[str, Any] = field(default_factory=dict)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    negations: list[Any] = field(default_factory=list)
    items: Any = ABSENT
    prefix: list[Any] = field(default_factory=list)
    is_unique: bool = False
    is_read_only: bool = False
    is_write_only: bool = False
    is_deprecated: bool = False
    default: Any = ABSENT
    discriminator: tuple[str, dict[str, str]] | None = None
    groups: list[tuple[str, list[Any]]] = field(default_factory=list)
    codings: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    own: dict[str, Any] = field(default_factory=dict)
    texts: list[Any] = field(default_factory=list)
    unknown: dict[str, Any] = field(default_factory=dict)
    unfollowed: tuple[str, ...] = ()
    followed: set[str] = field(default_factory=set, compare=False)

    @property
    def effective_types(self) -> frozenset[str] | None:
        """The types, also where they are only implied by values or by keywords that make sense for one type alone."""
        if self.types is not None:
            return self.types
        if self.values:
            return frozenset(type_of(json.loads(value)) for value in self.values)
        if self.groups:
            return None
        if self.properties or self.required or self.additional is not True:
            return frozenset(("object",))
        if self.items is not ABSENT or self.prefix:
            return frozenset(("array",))
        return None


def type_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    names: dict[type, str] = {str: "string", int: "integer", float: "number", list: "array", dict: "object"}
    return names.get(type(value), "null")


def reference_name(ref: str) -> str:
    """What a reference is called: the last part of it."""
    return ref.rstrip("/").rpartition("/")[2]

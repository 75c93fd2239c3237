"""One field as a JSON schema, if it contains no other schema."""

from decimal import Decimal
from typing import Any, Literal, TypeAlias

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import fields, missing

from beastmode.api.numerals import numeral_pattern
from beastmode.api.schema import NO_NUL

Direction = Literal["request", "response"]
Document: TypeAlias = dict[str, Any]
# Constraints on input say nothing about existing rows, so responses do not promise them.
_INPUT_ONLY = {"minLength", "maxLength", "minItems", "maxItems", "pattern", "minimum", "maximum", "default", "allOf"}
_INPUT_ONLY |= {"exclusiveMinimum", "exclusiveMaximum", "readOnly", "writeOnly", "x-nullable"}
_BOUNDS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}


def field_schema(converter: OpenAPIConverter, field: fields.Field[Any], direction: Direction = "request") -> Document:
    """The JSON schema of a field that contains no other schema.

    Args:
        converter: apispec's own.
        field: The field.
        direction: Whether clients send or receive it.
    """
    described: Document = {name: _plain(value) for name, value in converter.field2property(field).items()}
    if "pattern" in described:
        described["pattern"] = described["pattern"].replace("\\Z", "$").replace("\\A", "^")
    if NO_NUL in field.validators:
        if "pattern" in described:
            described["allOf"] = [{"pattern": NO_NUL.pattern}]
        else:
            described["pattern"] = NO_NUL.pattern
    if isinstance(field, fields.Integer) and described.get("minimum") == -(2**63):
        described["format"] = "int64"
    if described.get("default", missing) is missing:
        described.pop("default", None)
    described = described_for(direction, described)
    return described if (pattern := numeral_pattern(field)) is None else _numeral(described, field, pattern, direction)


def _numeral(described: Document, field: fields.Field[Any], pattern: str, direction: Direction) -> Document:
    """A number as a string: always in a response; a request may have a JSON number instead."""
    number = "integer" if isinstance(field, fields.Integer) else "number"
    kinds = ["string"] if direction == "response" else ["string", number]
    kinds += ["null"] if field.allow_none else []
    if "default" in described and described["default"] is not None:
        described["default"] = str(described["default"])
    described.pop("format", None)
    for bound in _BOUNDS & described.keys():
        # apispec writes limits like the field writes values.
        described[bound] = _plain(Decimal(described[bound]))
    return described | {"type": kinds[0] if len(kinds) == 1 else kinds, "pattern": pattern}


def described_for(direction: Direction, described: Document) -> Document:
    """The schema of a field, in responses without constraints that apply to input only."""
    if direction == "request":
        return described
    return {key: value for key, value in described.items() if key not in _INPUT_ONLY}


def nullable(field: fields.Field[Any], described: Document) -> Document:
    """A schema that `type` alone describes, or null if the field allows it."""
    return described | {"type": [described["type"], "null"]} if field.allow_none else described


def _plain(value: Any) -> Any:
    """A limit or default as a JSON value; in the code it can be anything that the field reads."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value if value is None or value is missing or isinstance(value, str | int | float) else str(value)

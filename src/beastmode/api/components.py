"""Schemas as the documents show them: closed for requests, open for responses.

A request may hold nothing else (`additionalProperties: false`): whoever misspells a field is told. A response may gain
fields, so it is open, and every field that is always sent is required. The two are separate components.
"""

from typing import Any, Literal

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields, missing

from beastmode.api.schema import NO_NUL
from beastmode.core.errors import ConfigurationError

__all__ = ["Components", "field_schema"]

Direction = Literal["request", "response"]
Document = dict[str, Any]
# What bounds input says nothing about what is already stored, so responses do not promise it.
INPUT_ONLY = {"minLength", "maxLength", "minItems", "maxItems", "pattern", "minimum", "maximum", "default", "allOf"}
INPUT_ONLY |= {"exclusiveMinimum", "exclusiveMaximum", "readOnly", "writeOnly", "x-nullable"}


class Components:
    """Registers each schema once in a document, under a stable name.

    Args:
        spec: The document.
        converter: apispec's own, for single fields.
    """

    def __init__(self, spec: APISpec, converter: OpenAPIConverter) -> None:
        self._spec = spec
        self._converter = converter
        self._owners: dict[str, type[Schema]] = {}

    def reference(self, schema: Schema, direction: Direction) -> Document:
        """A `$ref` to a schema's component, which is registered on the way.

        Args:
            schema: The schema, with its modifiers (`only`, `exclude`, `partial`).
            direction: Whether clients send it or get it.
        """
        name = component_name(schema, direction)
        kind = type(schema)
        owner = self._owners.get(name)
        if owner is None:
            self._owners[name] = kind
            self._spec.components.schema(name, component=self._describe_schema(schema, direction))
        elif owner is not kind and self._spec.components.schemas[name] != self._describe_schema(schema, direction):
            raise ConfigurationError(
                f"{kind.__module__}.{kind.__name__} and {owner.__module__}.{owner.__name__} differ, "
                f"but would both be called {name} in the document; rename one."
            )
        return {"$ref": f"#/components/schemas/{name}"}

    def plain(self, name: str, component: Document) -> Document:
        """A `$ref` to a component that is no marshmallow schema.

        Args:
            name: Its name.
            component: Its JSON schema.
        """
        if name not in self._spec.components.schemas:
            self._spec.components.schema(name, component=component)
        return {"$ref": f"#/components/schemas/{name}"}

    def _describe_schema(self, schema: Schema, direction: Direction) -> Document:
        shown = schema.load_fields if direction == "request" else schema.dump_fields
        properties = {(f.data_key or name): self.field(f, direction) for name, f in shown.items()}
        described: Document = {"type": "object", "properties": properties}
        if direction == "request":
            required = [f.data_key or name for name, f in shown.items() if f.required and not is_partial(schema, name)]
            described["additionalProperties"] = False
        else:
            required = list(properties)
        if required:
            described["required"] = sorted(required)
        if schema.__doc__ and type(schema).__doc__ != Schema.__doc__:
            described["description"] = schema.__doc__.strip().splitlines()[0]
        return described

    def field(self, field: fields.Field[Any], direction: Direction) -> Document:
        """The JSON schema of one field.

        Args:
            field: A field, bound to its schema.
            direction: Whether clients send it or get it.
        """
        if isinstance(field, fields.Nested) and not isinstance(field, fields.Pluck):
            described = self.reference(field.schema, direction)
            if field.many or field.schema.many:
                described = {"type": "array", "items": described}
            return {"anyOf": [described, {"type": "null"}]} if field.allow_none else described
        if isinstance(field, fields.List):
            described = {"type": "array", "items": self.field(field.inner, direction)}
            described |= self._converter.field2length(field)
            if field.allow_none:
                described["type"] = ["array", "null"]
        else:
            described = field_schema(self._converter, field)
        if direction == "response":
            described = {key: value for key, value in described.items() if key not in INPUT_ONLY}
        return described


def field_schema(converter: OpenAPIConverter, field: fields.Field[Any]) -> Document:
    """The JSON schema of a field that holds no other schema.

    Args:
        converter: apispec's own.
        field: The field.
    """
    described: Document = converter.field2property(field)
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
    return described


def is_partial(schema: Schema, name: str) -> bool:
    partial = schema.partial
    return partial is True or (not isinstance(partial, bool) and partial is not None and name in partial)


def modifiers_of(schema: Schema) -> tuple[Any, ...]:
    only = None if schema.only is None else frozenset(schema.only)
    partial = (
        schema.partial if isinstance(schema.partial, bool) or schema.partial is None else frozenset(schema.partial)
    )
    return only, frozenset(schema.exclude), partial or None


def component_name(schema: Schema, direction: Direction) -> str:
    """What a schema is called in the document: its class, what its modifiers do to it, and `Input` for requests."""
    name = type(schema).__name__.removesuffix("Schema") or "Schema"
    only, exclude, partial = modifiers_of(schema)
    if only is not None:
        name += "Only" + camel(only)
    if exclude:
        name += "Without" + camel(exclude)
    if partial:
        name += "Partial" if partial is True else "Partial" + camel(partial)
    return name + "Input" if direction == "request" else name


def camel(names: frozenset[str]) -> str:
    return "And".join("".join(word.title() for word in name.replace(".", "_").split("_")) for name in sorted(names))

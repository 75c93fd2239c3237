"""Schemas as the documents show them: closed for requests, open for responses.

A request may contain nothing else (`additionalProperties: false`) unless its schema accepts more, so a misspelled field
is an error. A response may gain fields, so it is open, and every field that is always sent is required. The two are
separate components.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from apispec import APISpec
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import RAISE, Schema, fields

from beastmode.api.properties import Direction, Document, described_for, field_schema, nullable
from beastmode.core.errors import ConfigurationError
from beastmode.query.plan.field_kinds import lists_objects

_Partial: TypeAlias = bool | frozenset[str]


@dataclass(frozen=True, slots=True)
class _SchemaUse:
    """A schema as it is used in one place.

    Args:
        schema: The schema, with its modifiers (`only`, `exclude`).
        direction: Whether clients send or receive it.
        unknown: How it handles unknown fields.
        partial: The required fields that may be missing; True for all.
    """

    schema: Schema
    direction: Direction
    unknown: str
    partial: _Partial

    @property
    def is_ours(self) -> bool:
        """Whether the schema belongs to the library, not to the project."""
        return _is_ours(type(self.schema))

    def may_lack(self, name: str) -> bool:
        """Whether a required field may be missing."""
        return self.partial if isinstance(self.partial, bool) else name in self.partial


class Components:
    """Registers each schema once in a document, under a stable name.

    Args:
        spec: The document.
        converter: apispec's own, for single fields.
        most: The maximum number of items of a list in a request, and of a nested list in a response.
    """

    def __init__(self, spec: APISpec, converter: OpenAPIConverter, most: Mapping[Direction, int]) -> None:
        self.most = most
        self._spec = spec
        self._converter = converter
        self._owners: dict[str, type[Schema]] = {}

    def claim(self, shown: Iterable[tuple[Schema, Direction]]) -> None:
        """Assign the project's schemas their names, before the library's schemas.

        Args:
            shown: Every schema of every route, with its direction.
        """
        for schema, direction in shown:
            use = _use_of(schema, direction)
            if not use.is_ours:
                self._register(use)

    def reference(self, schema: Schema, direction: Direction) -> Document:
        """A `$ref` to the component of a schema, which is registered if necessary; for one item, even with `many`.

        Args:
            schema: The schema, with its modifiers (`only`, `exclude`, `partial`, `unknown`).
            direction: Whether clients send it or get it.
        """
        return self._register(_use_of(schema, direction))

    def plain(self, name: str, component: Document) -> Document:
        """A `$ref` to a component that is not a marshmallow schema.

        Args:
            name: Its name; if a schema of the project has it, a longer one is used.
            component: Its JSON schema.
        """
        if name in self._owners:
            name = f"Beastmode{name}"
        if name not in self._spec.components.schemas:
            self._spec.components.schema(name, component=component)
        return _reference_to(name)

    def _register(self, use: _SchemaUse) -> Document:
        name, kind = _component_name(use), type(use.schema)
        if use.is_ours and not _is_ours(self._owners.get(name, kind)):
            name = f"Beastmode{name}"
        owner = self._owners.get(name)
        if owner is None:
            self._owners[name] = kind
            self._spec.components.schema(name, component=self._describe_schema(use))
        elif owner is not kind and self._spec.components.schemas[name] != self._describe_schema(use):
            raise ConfigurationError(
                f"{kind.__module__}.{kind.__name__} and {owner.__module__}.{owner.__name__} are different schemas, "
                f"but would both be called {name} in the document; rename one."
            )
        return _reference_to(name)

    def _describe_schema(self, use: _SchemaUse) -> Document:
        schema = use.schema
        shown = schema.load_fields if use.direction == "request" else schema.dump_fields
        properties = {
            (field.data_key or name): self._field(field, use.direction, _below(use.partial, name))
            for name, field in shown.items()
        }
        described: Document = {"type": "object", "properties": properties}
        if use.direction == "request":
            required = [f.data_key or name for name, f in shown.items() if f.required and not use.may_lack(name)]
            described["additionalProperties"] = use.unknown != RAISE
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
        return self._field(field, direction, partial=False)

    def _field(self, field: fields.Field[Any], direction: Direction, partial: _Partial) -> Document:
        if isinstance(field, fields.Nested):
            return self._nested(field, direction, partial)
        if isinstance(field, fields.List):
            described: Document = {"type": "array", "items": self._field(field.inner, direction, partial)}
            described |= self._length(field, direction)
        elif isinstance(field, fields.Dict):
            described = {"type": "object"}
            if field.value_field is not None:
                described["additionalProperties"] = self._field(field.value_field, direction, partial)
        elif isinstance(field, fields.Tuple):
            items = [self._field(each, direction, partial) for each in field.tuple_fields]
            described = {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        else:
            return field_schema(self._converter, field, direction)
        return nullable(field, described | _said(field))

    def _nested(self, field: fields.Nested, direction: Direction, partial: _Partial) -> Document:
        if isinstance(field, fields.Pluck):
            described = self._field(field.schema.fields[field.field_name], direction, partial)
        else:
            described = self._register(_use_of(field.schema, direction, field.unknown, partial))
        if field.many or field.schema.many:
            described = {"type": "array", "items": described}
            described |= self._length(field, direction)
        return {"anyOf": [described, {"type": "null"}]} if field.allow_none else described

    def _length(self, field: fields.Field[Any], direction: Direction) -> Document:
        """The maximum number of items of a list; in a response, only for lists of nested schemas."""
        is_open = direction == "response" and not lists_objects(field)
        usual = {} if is_open else {"maxItems": self.most[direction]}
        return usual | described_for(direction, self._converter.field2length(field))


def _is_ours(kind: type[Schema]) -> bool:
    return kind.__module__.startswith("beastmode.")


def _said(field: fields.Field[Any]) -> Document:
    """The description of a field from its metadata."""
    return {name: value for name, value in field.metadata.items() if name in {"title", "description", "example"}}


def _reference_to(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _use_of(
    schema: Schema, direction: Direction, unknown: str | None = None, partial: _Partial | None = None
) -> _SchemaUse:
    """How a schema is used by default: as it was created."""
    own = schema.partial if isinstance(schema.partial, bool) or schema.partial is None else frozenset(schema.partial)
    return _SchemaUse(schema, direction, unknown or schema.unknown, partial or own or False)


def _below(partial: _Partial, name: str) -> _Partial:
    """The fields of a nested schema that may be missing: marshmallow passes on `partial`."""
    if isinstance(partial, bool):
        return partial
    return frozenset(each.removeprefix(f"{name}.") for each in partial if each.startswith(f"{name}."))


def _component_name(use: _SchemaUse) -> str:
    """The name of a schema in the document: its class, the effect of its modifiers, and `Input` for requests."""
    schema = use.schema
    name = type(schema).__name__.removesuffix("Schema") or "Schema"
    if schema.only is not None:
        name += "Only" + _camel(schema.only)
    if schema.exclude:
        name += "Without" + _camel(schema.exclude)
    if use.direction == "response":
        return name
    if use.partial:
        name += "Partial" if use.partial is True else "Partial" + _camel(use.partial)
    if use.unknown != schema.opts.unknown:
        name += "Closed" if use.unknown == RAISE else "Open"
    return f"{name}Input"


def _camel(names: Iterable[str]) -> str:
    return "And".join("".join(word.title() for word in name.replace(".", "_").split("_")) for name in sorted(names))

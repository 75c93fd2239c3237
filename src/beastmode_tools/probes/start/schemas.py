"""JSON schemas from marshmallow schemas and pydantic models, by looking at them."""

from __future__ import annotations

import enum
import hashlib
import json
import sys
from typing import Any

__all__ = ["Schemas", "is_marshmallow", "is_pydantic"]

TYPES = (  # the first class of a field's ancestry that stands here decides
    ("Email", {"type": "string", "format": "email"}),
    ("Url", {"type": "string", "format": "uri"}),
    ("URL", {"type": "string", "format": "uri"}),
    ("UUID", {"type": "string", "format": "uuid"}),
    ("IP", {"type": "string"}),
    ("NaiveDateTime", {"type": "string", "format": "date-time"}),
    ("AwareDateTime", {"type": "string", "format": "date-time"}),
    ("DateTime", {"type": "string", "format": "date-time"}),
    ("Date", {"type": "string", "format": "date"}),
    ("Time", {"type": "string", "format": "time"}),
    ("TimeDelta", {"type": "number"}),
    ("Integer", {"type": "integer"}),
    ("Float", {"type": "number"}),
    ("Decimal", {"type": "number"}),
    ("Number", {"type": "number"}),
    ("Boolean", {"type": "boolean"}),
    ("String", {"type": "string"}),
)
NO_DEFAULT = ("<marshmallow.missing>", "missing_")


def is_marshmallow(value: Any) -> bool:
    """Whether a value is a marshmallow schema or the class of one."""
    schema = getattr(sys.modules.get("marshmallow"), "Schema", None)
    return schema is not None and (isinstance(value, schema) or (isinstance(value, type) and issubclass(value, schema)))


def is_pydantic(value: Any) -> bool:
    """Whether a value is a pydantic model."""
    model = getattr(sys.modules.get("pydantic"), "BaseModel", None)
    return model is not None and isinstance(value, type) and issubclass(value, model) and value is not model


class Schemas:
    """Schemas under `components`, each made once."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}
        self.made_of: dict[str, type] = {}  # a component's name -> the class that it is of
        self.returned: dict[int, dict[str, Any]] = {}  # what functions of the project return, for `shapes`
        self.calling: list[int] = []  # the functions on the way to one whose answer is being found

    def of(self, value: Any, *, loads: bool, many: bool | None = None) -> dict[str, Any]:
        """The schema of what a marshmallow schema or pydantic model reads or writes; {} for anything else.

        Args:
            value: A schema, its class, a dict of fields, or a model.
            loads: What it reads; else what it writes.
            many: A list of it; None for what the schema itself says.
        """
        if isinstance(value, dict) and value:
            value = schema_of_fields(value)
        if is_pydantic(value):
            return listed(self.pydantic(value, loads=loads), bool(many))
        if not is_marshmallow(value):
            return {}
        if isinstance(value, type):
            value = value()
        return listed(self.marshmallow(value, loads=loads), value.many if many is None else many)

    def pydantic(self, model: Any, *, loads: bool) -> dict[str, Any]:
        """A reference to a model's schema."""
        template = "#/components/schemas/{model}"
        if hasattr(model, "model_json_schema"):
            mode = "validation" if loads else "serialization"
            schema = model.model_json_schema(mode=mode, ref_template=template)
        else:
            schema = model.schema(ref_template=template)
        for name, inner in {**schema.pop("$defs", {}), **schema.pop("definitions", {})}.items():
            self.components.setdefault(name, inner)
        name = "{}.{}".format(model.__name__, "load" if loads else "dump")
        self.components[name] = json.loads(json.dumps(schema, default=str))
        return {"$ref": "#/components/schemas/" + name}

    def marshmallow(self, schema: Any, *, loads: bool) -> dict[str, Any]:
        """A reference to a schema's schema; recursive ones refer to themselves."""
        name = name_of(schema, loads=loads)
        if self.made_of.setdefault(name, type(schema)) is not type(schema):
            name = f"{type(schema).__module__}.{name}"
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self.body(schema, loads=loads)
        return {"$ref": "#/components/schemas/" + name}

    def body(self, schema: Any, *, loads: bool) -> dict[str, Any]:
        """The object that a marshmallow schema reads or writes."""
        fields = schema.load_fields if loads else schema.dump_fields
        properties, required = {}, []
        for attribute, field in fields.items():
            key = field.data_key or attribute
            properties[key] = self.field(field, loads=loads)
            if (field.required and not schema.partial) if loads else field.required:
                required.append(key)
        whole: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            whole["required"] = sorted(required)
        if loads:
            unknown = getattr(schema, "unknown", "raise")
            whole["additionalProperties"] = str(unknown).lower() != "raise"
            whole.update(validators_of_schema(schema))
        return whole

    def field(self, field: Any, *, loads: bool) -> dict[str, Any]:
        """The schema of one field."""
        schema = self.kind(field, loads=loads)
        names = validation(field, schema)
        if names:
            schema["x-validators"] = names
        default = getattr(field, "load_default", getattr(field, "missing", None))
        if loads and repr(default) not in NO_DEFAULT and is_json(default):
            schema["default"] = default
        if field.allow_none:
            schema = nullable(schema)
        return schema

    def kind(self, field: Any, *, loads: bool) -> dict[str, Any]:  # noqa: PLR0911 - one for each kind of field
        """The type of one field, without what validates it."""
        names = [
            kind.__name__
            for kind in type(field).__mro__
            if kind.__module__.split(".")[0] in ("marshmallow", "webargs", "apiflask")
        ]
        if "Pluck" in names:
            return listed(self.field(field.schema.fields[field.field_name], loads=loads), field.many)
        if "Nested" in names:
            return listed(self.marshmallow(field.schema, loads=loads), bool(field.many or field.schema.many))
        if "List" in names or "DelimitedList" in names:
            return {"type": "array", "items": self.field(field.inner, loads=loads)}
        if "Dict" in names or "Mapping" in names:
            inner = getattr(field, "value_field", None)
            return {"type": "object", "additionalProperties": self.field(inner, loads=loads) if inner else True}
        if "Tuple" in names:
            return {"type": "array", "minItems": len(field.tuple_fields), "maxItems": len(field.tuple_fields)}
        if "Enum" in names and isinstance(getattr(field, "enum", None), type):
            return enumerated(field)
        if "Constant" in names:
            return {"const": field.constant} if is_json(field.constant) else {}
        found = next((schema for name, schema in TYPES if name in names), None)
        if found is not None and getattr(field, "as_string", False):
            return {"type": "string"}
        return dict(found) if found is not None else {}


def schema_of_fields(fields: dict[str, Any]) -> Any:
    """A marshmallow schema of a dict of fields, as webargs takes it; None where marshmallow is not there."""
    marshmallow = sys.modules.get("marshmallow")
    if marshmallow is None or not all(isinstance(one, (marshmallow.fields.Field, type)) for one in fields.values()):
        return None
    return marshmallow.Schema.from_dict(fields)()


def name_of(schema: Any, *, loads: bool) -> str:
    """A component's name: of the class, with a mark for what was chosen of its fields."""
    kind = type(schema)
    fields = schema.load_fields if loads else schema.dump_fields
    name = "{}.{}".format(kind.__name__, "load" if loads else "dump")
    options = schema.opts
    is_whole = schema.only is None and set(schema.exclude) == set(getattr(options, "exclude", ()))
    if is_whole and not schema.partial and kind.__name__ != "GeneratedSchema":
        return name
    mark = hashlib.sha256(repr((sorted(fields), schema.partial)).encode()).hexdigest()[:6]
    return f"{name}.{mark}"


def listed(schema: dict[str, Any], many: bool) -> dict[str, Any]:  # noqa: FBT001 - marshmallow's own word
    """A schema, or a list of it."""
    return {"type": "array", "items": schema} if many else schema


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema that takes null besides."""
    if isinstance(schema.get("type"), str):
        more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
        return {**schema, "type": [schema["type"], "null"], **more}
    return {"anyOf": [schema, {"type": "null"}]} if "$ref" in schema else schema


def enumerated(field: Any) -> dict[str, Any]:
    """The values or names of an enum."""
    by_value = getattr(field, "by_value", False)
    values = [one.value if by_value else one.name for one in field.enum if isinstance(one, enum.Enum)]
    values = [value for value in values if is_json(value)]
    return {"type": "string", "enum": values} if all(isinstance(value, str) for value in values) else {"enum": values}


def is_json(value: Any) -> bool:
    """Whether a value stands in a document as it is."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def validation(field: Any, schema: dict[str, Any]) -> list[str]:
    """Writes what the validators ask into the schema; the names of those that a schema cannot say."""
    others = []
    for validator in field.validators:
        words = said(validator, schema)
        if words is None:
            others.append(getattr(validator, "__qualname__", type(validator).__name__))
        else:
            schema.update({name: value for name, value in words.items() if value is not None and is_json(value)})
    return others


def said(validator: Any, schema: dict[str, Any]) -> dict[str, Any] | None:  # noqa: PLR0911 - one for each kind
    """What a marshmallow validator is in a schema; None for one that a schema cannot say."""
    name = type(validator).__name__
    if name == "Length":
        least, most = ("minItems", "maxItems") if schema.get("type") == "array" else ("minLength", "maxLength")
        equal = validator.equal
        return {least: validator.min if equal is None else equal, most: validator.max if equal is None else equal}
    if name == "Range":
        low = "minimum" if getattr(validator, "min_inclusive", True) else "exclusiveMinimum"
        high = "maximum" if getattr(validator, "max_inclusive", True) else "exclusiveMaximum"
        return {low: validator.min, high: validator.max}
    if name == "OneOf":
        return {"enum": list(validator.choices)}
    if name == "Regexp":
        return {"pattern": validator.regex.pattern}
    if name == "Equal":
        return {"const": validator.comparable}
    if name in ("Email", "URL"):
        return {}
    return None


def validators_of_schema(schema: Any) -> dict[str, Any]:
    """Names of methods that validate a whole schema or one of its fields."""
    hooks = getattr(schema, "_hooks", {})
    names: set[str] = set()
    for key, held in hooks.items():
        word = key if isinstance(key, str) else str(key[0])
        if "validates" in word:
            names.update(str(one[0] if isinstance(one, tuple) else one) for one in held)
    return {"x-validators": sorted(names)} if names else {}

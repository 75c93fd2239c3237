"""Swagger 2.0 in the shape of OpenAPI 3.0, so that there is one thing to compare."""

from typing import Any

from beastmode_tools.source.openapi import METHODS, followed, found_at, listing, mapping

__all__ = ["converted"]

SCHEMA_KEYWORDS = frozenset(
    (
        *(
            "type",
            "format",
            "items",
            "default",
            "maximum",
            "exclusiveMaximum",
            "minimum",
            "exclusiveMinimum",
            "maxLength",
        ),
        *("minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf", "x-nullable"),
        *("x-extensible-enum", "additionalProperties", "properties", "required"),
    )
)
MOVED = (
    ("#/definitions/", "#/components/schemas/"),
    ("#/responses/", "#/components/responses/"),
    ("#/securityDefinitions/", "#/components/securitySchemes/"),
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}
COLLECTIONS: dict[str, dict[str, Any]] = {
    "multi": {"explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "tsv": {"style": "tabDelimited", "explode": False},
}
Facts = dict[str, Any]


def converted(data: Facts) -> Facts:
    """The document in the shape of 3.0; what cannot be read is left out of it."""
    return {
        "openapi": "3.0.3",
        **{key: data[key] for key in ("info", "tags", "externalDocs", "security") if key in data},
        **{key: value for key, value in data.items() if str(key).startswith("x-")},
        "servers": servers_of(data),
        "paths": {path: path_item(data, item) for path, item in mapping(data.get("paths")).items()},
        "components": {
            "schemas": {name: moved(raw) for name, raw in mapping(data.get("definitions")).items()},
            "responses": {
                name: response(data, raw, produced(data, {})) for name, raw in mapping(data.get("responses")).items()
            },
            "securitySchemes": {name: scheme(raw) for name, raw in mapping(data.get("securityDefinitions")).items()},
        },
    }


def servers_of(data: Facts) -> list[Facts]:
    """Host and base path as servers."""
    base = str(data.get("basePath", "") or "")
    host = data.get("host")
    schemes = [str(each) for each in listing(data.get("schemes"))] or [""]
    if not host:
        return [{"url": base}] if base.strip("/") else []
    return [{"url": f"{name}://{host}{base}" if name else f"//{host}{base}"} for name in schemes]


def moved(value: Any) -> Any:
    """A schema with its references where 3.0 has them, and what 3.0 writes otherwise."""
    if isinstance(value, list):
        return [moved(each) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {key: moved(each) for key, each in value.items()}
    ref = value.get("$ref")
    if isinstance(ref, str):
        changed["$ref"] = moved_reference(ref)
    if value.get("type") == "file":
        changed |= {"type": "string", "format": "binary"}
    if isinstance(value.get("discriminator"), str):
        changed["discriminator"] = {"propertyName": value["discriminator"]}
    return changed


def moved_reference(ref: str) -> str:
    """Where a reference leads in 3.0."""
    for before, after in MOVED:
        if ref.startswith(before):
            return after + ref.removeprefix(before)
    return ref


def path_item(data: Facts, item: Any) -> Facts:
    """What a path says, with its methods."""
    item = target(data, item)
    shared = parameters(data, item)
    found: Facts = {key: value for key, value in item.items() if str(key).startswith("x-")}
    for method in METHODS:
        if isinstance(item.get(method), dict):
            found[method] = operation(data, item[method], shared)
    return found


def operation(data: Facts, raw: Facts, shared: list[Facts]) -> Facts:
    """One operation; a body and forms become its request body, its path's parameters its own."""
    own = parameters(data, raw)
    names = {(each.get("in"), each.get("name")) for each in own}
    both = [each for each in shared if (each.get("in"), each.get("name")) not in names] + own
    plain = [parameter(each) for each in both if each.get("in") not in ("body", "formData")]
    found = {key: value for key, value in raw.items() if key not in ("consumes", "produces", "schemes")}
    found["parameters"] = plain
    body = request_body(both, [str(each) for each in listing(raw.get("consumes", data.get("consumes")))])
    if body is not None:
        found["requestBody"] = body
    kinds = produced(data, raw)
    found["responses"] = {name: response(data, each, kinds) for name, each in mapping(raw.get("responses")).items()}
    return found


def parameters(data: Facts, raw: Facts) -> list[Facts]:
    """The parameters that stand at a place, references followed."""
    return [target(data, each) for each in listing(raw.get("parameters"))]


def target(data: Facts, raw: Any) -> Facts:
    """The object behind a reference of the old document; the reference itself where it leads nowhere."""
    return followed(raw, lambda ref: found_at(data, ref))


def parameter(raw: Facts) -> Facts:
    """A parameter with a schema of its own."""
    found = {key: value for key, value in raw.items() if key not in SCHEMA_KEYWORDS and key != "collectionFormat"}
    if "required" in raw:
        found["required"] = raw["required"]
    if "$ref" in raw:
        return found
    found["schema"] = schema_of(raw)
    if raw.get("type") == "array":
        found |= COLLECTIONS.get(str(raw.get("collectionFormat")), {"explode": False})
    return found


def schema_of(raw: Facts) -> Any:
    """The schema that a parameter or header is itself."""
    return moved({key: value for key, value in raw.items() if key in SCHEMA_KEYWORDS and key != "required"})


def request_body(all_of_them: list[Facts], consumes: list[str]) -> Facts | None:
    """The request body that `body` and `formData` parameters mean."""
    body = next((each for each in all_of_them if each.get("in") == "body"), None)
    if body is not None:
        media = {"schema": moved(body["schema"])} if "schema" in body else {}
        found = {
            "content": dict.fromkeys(consumes or ["application/json"], media),
            "required": body.get("required") is True,
        }
        return found | ({"description": body["description"]} if "description" in body else {})
    fields = [each for each in all_of_them if each.get("in") == "formData"]
    if not fields:
        return None
    schema: Facts = {"type": "object", "properties": {str(each.get("name")): field_schema(each) for each in fields}}
    required = [str(each.get("name")) for each in fields if each.get("required") is True]
    if required:
        schema["required"] = required
    has_file = any(each.get("type") == "file" for each in fields)
    kinds = [each for each in consumes if each in FORMS] or [FORMS[1] if has_file else FORMS[0]]
    return {"content": {kind: {"schema": schema} for kind in kinds}, "required": bool(required)}


def field_schema(raw: Facts) -> Any:
    """The schema of a form's field."""
    words = {"description": raw["description"]} if "description" in raw else {}
    return {**schema_of(raw), **words}


def produced(data: Facts, raw: Facts) -> list[str]:
    """The media types of an operation's answers."""
    return [str(each) for each in listing(raw.get("produces", data.get("produces")))] or ["application/json"]


def response(data: Facts, raw: Any, kinds: list[str]) -> Facts:
    """An answer with its schema in each media type."""
    raw = target(data, raw)
    found = {key: value for key, value in raw.items() if key not in ("schema", "headers", "examples")}
    if "$ref" in found:
        found["$ref"] = moved_reference(str(found["$ref"]))
    if "schema" in raw:
        schema = moved(raw["schema"])
        examples = mapping(raw.get("examples"))
        found["content"] = {
            kind: {"schema": schema, **({"example": examples[kind]} if kind in examples else {})} for kind in kinds
        }
    if "headers" in raw:
        found["headers"] = {
            name: {"schema": schema_of(each), **({"description": each["description"]} if "description" in each else {})}
            for name, each in mapping(raw["headers"]).items()
            if isinstance(each, dict)
        }
    return found


def scheme(value: Any) -> Facts:
    """A security scheme."""
    raw: Facts = mapping(value)
    if raw.get("type") == "basic":
        return {**{key: value for key, value in raw.items() if key != "type"}, "type": "http", "scheme": "basic"}
    if raw.get("type") != "oauth2":
        return raw
    flow = {key: raw[key] for key in ("authorizationUrl", "tokenUrl", "scopes") if key in raw}
    name = FLOWS.get(str(raw.get("flow")), str(raw.get("flow")))
    words = {key: raw[key] for key in raw if key not in ("flow", "authorizationUrl", "tokenUrl", "scopes")}
    return {**words, "flows": {name: flow}}

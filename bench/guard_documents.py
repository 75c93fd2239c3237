"""Two OpenAPI documents of 1,000 operations that share their schemas, and differ as two releases do."""

import copy
import json
from pathlib import Path
from typing import Any

RESOURCES = 250
SCHEMAS = 120
Document = dict[str, Any]


def write(folder: Path) -> tuple[Path, Path]:
    """Both documents as files: what was, and what is."""
    old, new = folder / "old.json", folder / "new.json"
    document = made()
    old.write_text(json.dumps(document), encoding="utf-8")
    new.write_text(json.dumps(changed(document)), encoding="utf-8")
    return old, new


def made() -> Document:
    """A document: 250 resources with four operations each."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": dict(path for number in range(RESOURCES) for path in paths_of(number)),
        "components": {"schemas": {f"Thing{number}": schema(number) for number in range(SCHEMAS)}},
    }


def paths_of(number: int) -> list[tuple[str, Document]]:
    """A resource: list, create, read, delete."""
    thing = {"$ref": f"#/components/schemas/Thing{number % SCHEMAS}"}
    body = {"content": {"application/json": {"schema": thing}}}
    many = {"content": {"application/json": {"schema": {"type": "array", "items": thing}}}}
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}}
    identifier = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    answers = {"200": {"description": "It", **body}, "404": {"description": "No such thing"}}
    created = {"201": {"description": "Made", **body}, "422": {"description": "No"}}
    collection = {
        "get": {"parameters": [page], "responses": {"200": {"description": "All", **many}}},
        "post": {"requestBody": {"required": True, **body}, "responses": created},
    }
    single = {
        "parameters": [identifier],
        "get": {"responses": answers},
        "delete": {"responses": {"204": {"description": "Gone"}}},
    }
    return [(f"/things-{number}", collection), (f"/things-{number}/{{id}}", single)]


def schema(number: int) -> Document:
    """A schema of ten properties, two of them other schemas, in rings."""
    properties: Document = {
        f"text_{index}": {"type": "string", "minLength": 1, "maxLength": 200 + index} for index in range(5)
    }
    properties["kind"] = {"type": "string", "enum": ["new", "used", "broken"]}
    properties["price"] = {"type": "number", "minimum": 0}
    properties["id"] = {"type": "integer", "readOnly": True}
    properties["next"] = {"$ref": f"#/components/schemas/Thing{(number + 1) % SCHEMAS}"}
    properties["parts"] = {"type": "array", "items": {"$ref": f"#/components/schemas/Thing{(number * 7) % SCHEMAS}"}}
    return {"type": "object", "required": ["text_0", "id"], "properties": properties}


def changed(document: Document) -> Document:
    """The next release: a field added here, one removed there, an operation gone."""
    new = copy.deepcopy(document)
    schemas = new["components"]["schemas"]
    for number in range(0, SCHEMAS, 20):
        schemas[f"Thing{number}"]["properties"]["color"] = {"type": "string"}
    del schemas["Thing5"]["properties"]["text_3"]
    schemas["Thing7"]["properties"]["text_1"]["maxLength"] = 20
    del new["paths"]["/things-9/{id}"]["delete"]
    return new

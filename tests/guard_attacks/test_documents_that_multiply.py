"""Documents that are small on the disk and endless once they are followed."""

import json

import pytest

LEVELS = 40
WAYS = {
    "allOf": lambda ref: {"allOf": [ref, ref]},
    "anyOf": lambda ref: {"anyOf": [ref, ref]},
    "oneOf": lambda ref: {"oneOf": [ref, {"type": "array", "items": ref}]},
    "not": lambda ref: {"allOf": [{"not": ref}, {"not": {"allOf": [ref]}}]},
    "items": lambda ref: {"type": "array", "items": ref, "contains": ref},
    "properties": lambda ref: {"type": "object", "properties": {"a": ref, "b": ref}, "additionalProperties": ref},
}


def document(way, last):
    schemas = {f"S{level}": WAYS[way]({"$ref": f"#/components/schemas/S{level + 1}"}) for level in range(LEVELS)} | {
        f"S{LEVELS}": {"type": last}
    }
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}
    answer = {"200": {"description": "all", "content": content}}
    paths = {"/users": {"get": {"responses": answer}, "post": {"requestBody": {"content": content}, "responses": {}}}}
    about = {"title": "Shop", "version": "1"}
    return json.dumps({"openapi": "3.1.0", "info": about, "paths": paths, "components": {"schemas": schemas}})


@pytest.mark.parametrize("way", WAYS)
def test_schemas_that_name_the_next_one_twice_are_compared_to_their_end(shop, way):
    shop.write({"old.json": document(way, "string"), "new.json": document(way, "integer")})

    answer = shop.beast("contract", "diff", "old.json", "new.json", "--format", "json")

    assert answer.status in (0, 1), answer.errors
    assert json.loads(answer.output)["verdict"] != "SAFE"


def test_a_document_without_an_end_is_refused_in_one_line(shop):
    answer = shop.beast("contract", "diff", "/dev/zero", "/dev/zero")

    assert answer.status == 2
    assert "too big" in answer.errors
    assert answer.errors.count("\n") == 1

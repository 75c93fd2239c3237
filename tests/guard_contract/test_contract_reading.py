# ruff: noqa: E501 - a table of pairs is read line by line
"""Reading documents: dialects, spellings, and what must not be read."""

import json
import tracemalloc

import pytest
import yaml
from contract_pairs import TODAY, document, findings, obj, operation, query, response, verdict

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.contract.read.openapi import document_of, read_document
from beastmode_tools.guard.documents import diff_files

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
SWAGGER = {
    "swagger": "2.0",
    "info": {"title": "things", "version": "1"},
    "host": "a.example",
    "basePath": "/v1",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "securityDefinitions": {"token": {"type": "apiKey", "in": "header", "name": "K"}, "who": {"type": "basic"}},
    "security": [{"token": []}, {"who": []}],
    "parameters": {"Page": {"in": "query", "name": "page", "type": "integer", "minimum": 1, "default": 1}},
    "responses": {"Missing": {"description": "gone", "schema": {"$ref": "#/definitions/Error"}}},
    "paths": {
        "/things/{id}": {
            "parameters": [{"in": "path", "name": "id", "type": "integer", "required": True}],
            "get": {
                "parameters": [{"$ref": "#/parameters/Page"}, {"in": "query", "name": "tags", "type": "array", "items": {"type": "string"}, "collectionFormat": "csv"}],
                "responses": {
                    200: {"description": "done", "schema": {"$ref": "#/definitions/Thing"}, "headers": {"X-Total": {"type": "integer"}}},
                    "404": {"$ref": "#/responses/Missing"},
                },
            },
            "put": {
                "parameters": [{"in": "body", "name": "body", "required": True, "schema": {"$ref": "#/definitions/Thing"}}],
                "responses": {"200": {"description": "done"}},
            },
            "post": {
                "consumes": ["multipart/form-data"],
                "parameters": [{"in": "formData", "name": "file", "type": "file", "required": True}, {"in": "formData", "name": "note", "type": "string"}],
                "responses": {"200": {"description": "done"}},
            },
        }
    },
    "definitions": {
        "Error": {"type": "object", "properties": {"message": {"type": "string"}}},
        "Thing": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "x-nullable": True}, "next": {"$ref": "#/definitions/Thing"}}},
    },
}  # fmt: skip
THING = {"$ref": "#/components/schemas/Thing"}
OPENAPI = {
    "openapi": "3.1.0",
    "info": {"title": "things", "version": "1"},
    "servers": [{"url": "https://a.example/v1"}],
    "security": [{"token": []}, {"who": []}],
    "paths": {
        "/things/{id}": {
            "parameters": [{"in": "path", "name": "id", "schema": WHOLE, "required": True}],
            "get": {
                "parameters": [
                    {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1, "default": 1}},
                    {"in": "query", "name": "tags", "schema": {"type": "array", "items": TEXT}, "style": "form", "explode": False},
                ],
                "responses": {
                    "200": {"description": "done", "content": {"application/json": {"schema": THING}}, "headers": {"X-Total": {"schema": WHOLE}}},
                    "404": {"description": "gone", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}},
                },
            },
            "put": {"requestBody": {"required": True, "content": {"application/json": {"schema": THING}}}, "responses": {"200": {"description": "done"}}},
            "post": {
                "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}, "note": TEXT}}}}},
                "responses": {"200": {"description": "done"}},
            },
        }
    },
    "components": {
        "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "K"}, "who": {"type": "http", "scheme": "basic"}},
        "schemas": {
            "Error": {"type": "object", "properties": {"message": TEXT}},
            "Thing": {"type": "object", "required": ["name"], "properties": {"name": {"type": ["string", "null"]}, "next": THING}},
        },
    },
}  # fmt: skip


def test_one_api_in_swagger_and_in_openapi_is_the_same():
    assert findings(SWAGGER, OPENAPI) == findings(OPENAPI, SWAGGER) == []


def test_a_change_is_seen_across_dialects():
    changed = json.loads(json.dumps(OPENAPI))
    changed["components"]["schemas"]["Thing"]["properties"]["name"] = {"type": "string"}

    assert verdict(SWAGGER, changed) == "DANGEROUS"


def test_json_and_yaml_say_the_same(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(OPENAPI))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(OPENAPI))

    assert read_document(tmp_path / "a.json").data == read_document(tmp_path / "a.yaml").data
    assert diff_files(tmp_path / "a.json", tmp_path / "a.yaml", today=TODAY).findings == ()


def read_yaml(folder, text):
    (folder / "api.yaml").write_text('openapi: 3.0.0\ninfo: {title: x, version: "1"}\n' + text)
    return read_document(folder / "api.yaml").data


def test_yaml_is_read_as_openapi_means_it(tmp_path):
    data = read_yaml(
        tmp_path,
        "paths: {}\nx:\n  200: 1\n  day: 2030-01-01\n  on: yes\n  no: NO\n  half: .5\n  hex: 0x1F\n  none: ~\n  text: '1'\n  true: !!str 7\n  many: |\n    a\n",
    )

    assert data["x"] == {
        "200": 1,
        "day": "2030-01-01",
        "on": "yes",
        "no": "NO",
        "half": 0.5,
        "hex": 31,
        "none": None,
        "text": "1",
        "true": "7",
        "many": "a\n",
    }


def test_yaml_anchors_and_merges_are_followed(tmp_path):
    data = read_yaml(tmp_path, "x: &base {a: 1, b: 2}\ny:\n  <<: *base\n  b: 3\nz: [*base]\n")

    assert data["y"] == {"a": 1, "b": 3}
    assert data["z"] == [{"a": 1, "b": 2}]


def test_numbers_as_status_codes_are_text(tmp_path):
    old = operation(responses={200: {"description": "done"}})
    new = operation(responses={"200": {"description": "done"}})

    assert findings(old, new) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("openapi: 3.0.0\nx: [", "neither JSON nor YAML in line"),
        ("{", "neither JSON nor YAML"),
        ("- 1", "holds no OpenAPI document"),
        ("a: 1", "no OpenAPI document of version"),
        ("", "holds no OpenAPI document"),
        ("openapi: 3.0.0\nx: *nothing", "stands for nothing|undefined alias"),
        ("openapi: 3.0.0\nx: &x\n  y: *x\n", "alias to itself"),
        ("openapi: 3.0.0\nx: " + "[" * 300 + "]" * 300, "nested deeper"),
        ('{"openapi": "3.0.0", "x": ' + "[" * 900 + "]" * 900 + "}", "nested deeper"),
        ('{"openapi": "3.0.0", "x": ' + "[" * 90_000 + "]" * 90_000 + "}", "nested deeper|neither JSON"),
        ("openapi: !!python/object/apply:os.system [echo]\n", "no OpenAPI document"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(tmp_path, content, reason):
    path = tmp_path / "api.yaml"
    path.write_text(content)

    with pytest.raises(CouldNotRun, match=reason):
        read_document(path)


def test_a_file_that_is_not_there_is_refused_with_a_reason(tmp_path):
    with pytest.raises(CouldNotRun, match="cannot be read"):
        read_document(tmp_path / "nothing.yaml")


def test_a_file_that_is_too_big_is_refused_unread(tmp_path):
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(33 * 1024 * 1024)

    with pytest.raises(CouldNotRun, match="are not read"):
        read_document(path)


def test_bytes_that_are_no_text_are_refused_with_a_reason(tmp_path):
    path = tmp_path / "api.yaml"
    path.write_bytes(b"openapi: \xff\xfe\x00")

    with pytest.raises(CouldNotRun, match="neither JSON nor YAML"):
        read_document(path)


def test_aliases_that_multiply_are_refused_in_bounded_memory(tmp_path):
    lines = ["openapi: 3.0.0", "a0: &a0 {x: {y: {}}}"]
    lines += [f"a{each}: &a{each} [{', '.join([f'*a{each - 1}'] * 9)}]" for each in range(1, 30)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))
    tracemalloc.start()

    with pytest.raises(CouldNotRun, match="aliases followed"):
        read_document(path)

    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    tracemalloc.stop()


def test_references_that_leave_the_document_are_told_and_not_followed(tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"type": "integer"}))
    found = document_of(response(obj(a={"$ref": secret.as_uri()}, b={"$ref": "#/components/schemas/Nothing"})), "v1")

    assert found.notes == (
        f"v1 refers to {secret.as_uri()}, which lies outside of it and is not fetched",
        "v1 refers to #/components/schemas/Nothing, which is not there",
    )


def test_an_operation_id_that_stands_twice_is_told():
    item = {"get": {"operationId": "same", "responses": {}}}

    assert document_of(document({"/a": item, "/b": item}), "v1").notes == (
        "v1 uses the operationId 'same' more than once",
    )


def test_path_items_behind_references_are_read():
    item = {
        "get": {
            "parameters": [{"in": "query", "name": "page", "schema": TEXT}],
            "responses": {"200": {"description": "done"}},
        }
    }
    behind = {
        **document({"/things": {"$ref": "#/components/pathItems/Things"}}),
        "components": {"pathItems": {"Things": item}},
    }

    assert verdict(behind, query(TEXT)) == "silent"
    assert verdict(behind, query(WHOLE)) == "DANGEROUS"


def test_references_in_circles_come_to_an_end():
    circle = {"schemas": {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}}
    old = response({"$ref": "#/components/schemas/A"}, components=circle)
    new = response(
        {"$ref": "#/components/schemas/B"},
        components={**circle, "parameters": {"P": {"$ref": "#/components/parameters/P"}}},
    )

    assert isinstance(findings(old, new), list)


def test_a_report_names_its_base_and_says_how_long_it_took(tmp_path):
    for name, schema in (("old", TEXT), ("new", WHOLE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(response(schema)))

    report = diff_files(tmp_path / "old.json", tmp_path / "new.json", today=TODAY)

    assert report.as_json()["verdict"] == "DANGEROUS"
    assert report.as_json()["findings"][0]["rule"] == "response-type-changed"
    assert report.base.endswith("old.json")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (response({**WHOLE, "maximum": 10**390}), response({**WHOLE, "maximum": 10**391})),
        (response({**WHOLE, "multipleOf": 1e-300}), response({**WHOLE, "multipleOf": 1e300})),
        (response({**WHOLE, "maximum": "lots"}), response({**WHOLE, "maximum": []})),
        (operation() | {"servers": [{"url": "http://[bad"}]}, operation() | {"servers": [{"url": "http://[worse"}]}),
        (operation(deprecated=True), operation(deprecated=True, **{"x-sunset": "1 Jan 99999999999999999999 00:00:00 +9999999"})),
        (response({"$ref": "#/servers/" + "9" * 5000}), response(TEXT)),
        (response({"oneOf": [obj(**{f"a{each}": TEXT}) for each in range(700)]}), response({"oneOf": [obj(**{f"a{each}": WHOLE}) for each in range(700)]})),
    ],
)  # fmt: skip
def test_values_that_no_computer_counts_with_are_no_error_and_no_silence(before, after):
    assert verdict(before, after) != "silent"


def test_what_lies_beyond_what_is_followed_is_not_passed_over():
    old, new = ({"oneOf": [*({"const": each} for each in range(600)), obj(a=kind)]} for kind in (TEXT, WHOLE))

    assert verdict(response(old), response(new)) == "CAUTIOUS"

import pytest

from beastmode_tools.guard.mixed.proof.bodies import bodies_of, sample
from beastmode_tools.probes.messages.application import Application, Function, Route

VIEW = Function("shop", "view", "shop.py", 1)


def application(path, document):
    return Application(routes=(Route(path, ("POST",), "view", None, VIEW),), documents={"v1": document})


def taking(schema, path="/users/{user_id}/posts", **more):
    content = {"application/json": {"schema": schema}}
    return {"openapi": "3.1.0", "paths": {path: {"post": {"requestBody": {"content": content}}}}, **more}


def test_a_route_gets_the_body_that_its_operation_takes():
    document = taking({"type": "object", "properties": {"title": {"type": "string", "minLength": 7}}})

    bodies = bodies_of(application("/users/<int:user_id>/posts", document))

    assert bodies == {"POST /users/<int:user_id>/posts": {"title": " Beast mode "}}


def test_a_document_may_leave_out_the_prefix_of_its_routes():
    document = taking({"type": "object", "properties": {"title": {"type": "string"}}}, path="/posts")

    assert bodies_of(application("/api/v1/posts", document)) == {"POST /api/v1/posts": {"title": " Beast mode "}}


def test_a_swagger_document_names_its_body_among_the_parameters():
    parameters = [{"in": "body", "name": "body", "schema": {"$ref": "#/definitions/Post"}}]
    document = {
        "swagger": "2.0",
        "basePath": "/api",
        "paths": {"/posts": {"post": {"parameters": parameters}}},
        "definitions": {"Post": {"type": "object", "properties": {"likes": {"type": "integer", "minimum": 3}}}},
    }

    assert bodies_of(application("/api/posts", document)) == {"POST /api/posts": {"likes": 4}}


def test_a_form_is_sent_as_one_without_its_files():
    fields = {"title": {"type": "string"}, "picture": {"type": "string", "format": "binary"}}
    content = {"multipart/form-data": {"schema": {"type": "object", "properties": fields}}}
    document = {"paths": {"/posts": {"post": {"requestBody": {"content": content}}}}}

    assert bodies_of(application("/posts", document)) == {"POST /posts": {"$form": {"title": " Beast mode "}}}


def test_a_route_that_takes_no_json_gets_no_body():
    document = {"paths": {"/posts": {"post": {"requestBody": {"content": {"image/png": {}}}}}}}

    assert bodies_of(application("/posts", document)) == {}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "format": "email"}, "beast@example.com"),
        ({"type": "string", "enum": ["red", "blue"]}, "red"),
        ({"const": 7}, 7),
        ({"type": ["null", "boolean"]}, True),
        ({"type": "string", "maxLength": 3}, "bea"),
        ({"type": "integer", "maximum": 0}, 0),
        ({"type": "array", "items": {"type": "integer"}}, [1]),
        ({"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]}, {"a": 1, "b": 2}),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"properties": {"id": {"readOnly": True}, "name": {"type": "string"}}}, {"name": "beast"}),
        ({"$ref": "#/components/schemas/Nowhere"}, "beast"),
    ],
)
def test_a_sample_is_what_its_schema_allows(schema, value):
    assert sample(schema, {}) == value


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string"}, " Beast mode "),
        ({"type": "string", "pattern": "^[^\\x00]*$"}, " Beast mode "),
        ({"type": "string", "pattern": "^[a-z]+$"}, "beast"),
        ({"type": "string", "pattern": "^\\p{L}+$"}, "beast"),
        ({"type": "string", "maxLength": 6}, " Beast"),
    ],
)
def test_what_people_write_begins_with_a_blank_and_a_capital(schema, text):
    """So that code which strips it, or changes its case, gives another answer."""
    schema = {"type": "object", "properties": {"title": schema}, "required": ["title"]}

    assert sample(schema, {}) == {"title": text}


def test_a_schema_that_holds_itself_comes_to_an_end():
    node = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    document = {"components": {"schemas": {"Node": node, "Loop": {"$ref": "#/components/schemas/Loop"}}}}

    assert "next" in sample(node, document)
    assert sample({"$ref": "#/components/schemas/Loop"}, document) == "beast"


@pytest.mark.parametrize("word", ["allOf", "oneOf", "anyOf"])
def test_a_schema_that_is_a_part_of_itself_has_an_end(word):
    """Documents are written by people: a wrong one must not stop the check."""
    schemas = {"Loop": {"type": "object", "properties": {"id": {"type": "integer"}}, word: [{"$ref": LOOP}]}}

    assert sample({"$ref": LOOP}, {"components": {"schemas": schemas}}) == {"id": 1}


LOOP = "#/components/schemas/Loop"

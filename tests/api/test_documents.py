"""What the OpenAPI documents say."""

import json

import pytest
from flask import Flask
from marshmallow import fields
from marshmallow.validate import Regexp

from beastmode import Beastmode
from beastmode.api import Api, Blueprint, Schema
from beastmode.core.errors import ConfigurationError


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json


@pytest.fixture
def newer(client):
    return client.get("/api/v2/openapi.json").json


def operations(document):
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"}
    }


def test_each_version_has_a_complete_document(document, newer):
    assert document["openapi"] == newer["openapi"] == "3.1.0"
    assert {path.replace("/v1/", "/v2/") for path in document["paths"]} == set(newer["paths"])


def test_the_unversioned_document_is_the_default_versions(client, document):
    assert client.get("/api/openapi.json").json == document


def test_every_operation_has_an_id_of_its_own(document):
    ids = [operation["operationId"] for operation in operations(document).values()]

    assert len(set(ids)) == len(ids)
    assert "books_get_book" in ids


def test_a_body_is_required_unless_it_may_be_left_out(document):
    assert operations(document)["POST", "/api/v1/books"]["requestBody"]["required"] is True
    assert operations(document)["POST", "/api/v1/system/ping"]["requestBody"]["required"] is False


def test_a_request_is_closed_and_a_response_open(document):
    schemas = document["components"]["schemas"]

    assert schemas["BookInput"]["additionalProperties"] is False
    assert schemas["BookInput"]["required"] == ["title"]
    assert "id" not in schemas["BookInput"]["properties"]
    assert "additionalProperties" not in schemas["Book"]
    assert schemas["Book"]["required"] == sorted(schemas["Book"]["properties"])


def test_a_partial_schema_is_a_component_of_its_own(document):
    assert "required" not in document["components"]["schemas"]["BookPartialInput"]


def test_text_without_nul_is_stated_as_a_pattern(document):
    title = document["components"]["schemas"]["BookInput"]["properties"]["title"]

    assert title["pattern"] == "^[^\\x00]*$"
    assert (title["minLength"], title["maxLength"]) == (1, 40)


def test_what_bounds_input_is_not_promised_of_answers(document):
    assert document["components"]["schemas"]["Book"]["properties"]["title"] == {"type": "string"}


def test_a_relation_that_may_be_missing_may_be_null(document):
    shelf = document["components"]["schemas"]["Book"]["properties"]["shelf"]

    assert shelf == {"anyOf": [{"$ref": "#/components/schemas/Shelf"}, {"type": "null"}]}


def test_the_envelope_is_a_named_component(document):
    answer = operations(document)["GET", "/api/v1/books"]["responses"]["200"]

    assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/BookListEnvelope"}
    assert document["components"]["schemas"]["BookListEnvelope"]["required"] == ["data", "message", "success"]


def test_every_refusal_is_the_one_error_component(document):
    for operation in operations(document).values():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (("GET", "/api/v1/books"), "200 304 400 401 405 410 422 500 503"),
        (("GET", "/api/v1/books/{book_id}"), "200 304 400 401 404 405 422 500 503"),
        (("POST", "/api/v1/books"), "201 400 401 405 409 412 413 415 422 500 503"),
        (("PATCH", "/api/v1/books/{book_id}"), "200 400 401 404 405 409 412 413 415 422 500 503"),
        (("DELETE", "/api/v1/books/{book_id}"), "204 400 401 404 405 409 412 422 500 503"),
        (("GET", "/api/v1/system/time"), "200 304 400 405 422 500 503"),
    ],
)
def test_every_status_that_a_route_can_answer_is_documented(document, operation, expected):
    assert " ".join(sorted(operations(document)[operation]["responses"])) == expected


def test_no_default_answer_hides_an_undocumented_status(document):
    assert all("default" not in operation["responses"] for operation in operations(document).values())


def test_public_routes_need_no_token(document):
    assert operations(document)["GET", "/api/v1/system/time"]["security"] == []
    assert operations(document)["GET", "/api/v1/books"]["security"] == [{"bearer": []}]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_a_deprecated_route_is_marked_in_its_version_alone(document, newer):
    assert operations(document)["GET", "/api/v1/books"]["deprecated"] is True
    assert operations(document)["GET", "/api/v1/books"]["x-sunset"] == "2026-12-31"
    assert "deprecated" not in operations(newer)["GET", "/api/v2/books"]
    assert "x-sunset" not in operations(newer)["GET", "/api/v2/books"]


def test_the_docstring_is_summary_and_description(document):
    operation = operations(document)["GET", "/api/v1/books/{book_id}"]

    assert operation["summary"] == "One book"
    assert operation["description"] == "Whoever reads it knows more."


def test_names_do_not_depend_on_the_python_version(document):
    names = [*document["components"]["schemas"], *document["components"].get("responses", {})]

    assert not any("UNPROCESSABLE" in name.upper() for name in names)
    assert document["paths"]["/api/v1/books"]["post"]["responses"]["422"]["description"] == "Unprocessable Content"


def test_tags_are_the_blueprints(document, newer):
    assert [tag["name"] for tag in document["tags"]] == [tag["name"] for tag in newer["tags"]] == ["books", "system"]


def test_two_applications_have_the_same_document(store, document):
    from api_shelf import authenticate, shelf_api

    from beastmode.core.identity import set_authenticator

    app = Flask("again")
    app.config["ENVIRONMENT"] = "testing"
    set_authenticator(app, authenticate)
    Beastmode(app, api=shelf_api(store))

    assert app.test_client().get("/api/v1/openapi.json").json == document


def test_a_document_that_is_known_is_not_sent_again(client):
    etag = client.get("/api/v1/openapi.json").headers["ETag"]

    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": etag}).status_code == 304


def test_every_reference_leads_somewhere(document):
    text = json.dumps(document)

    for name in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert name in document["components"]["schemas"]


def test_two_schemas_of_one_name_are_refused_at_start():
    def make(field):
        return type("Thing", (Schema,), {"a": field})

    things = Blueprint("things", version="v1", url_prefix="/things")
    things.get("/a", returns=make(fields.Int()), public=True)(lambda: None)
    other = Blueprint("other", version="v1", url_prefix="/other")
    other.get("/b", returns=make(fields.Str()), public=True)(lambda: None)
    api = Api("Twice")
    api.register(things, other)
    app = Flask("twice")
    app.config["ENVIRONMENT"] = "testing"

    with pytest.raises(ConfigurationError, match="would both be called Thing"):
        Beastmode(app, api=api)


def test_a_fields_own_pattern_is_stated_beside_ours():
    class Coded(Schema):
        code = fields.Str(required=True, validate=Regexp(r"^[A-Z]+\Z"))

    codes = Blueprint("codes", version="v1", url_prefix="/codes")
    codes.post(accepts=Coded, public=True)(lambda new: None)
    api = Api("Codes")
    api.register(codes)
    app = Flask("codes")
    app.config["ENVIRONMENT"] = "testing"
    Beastmode(app, api=api)

    code = (
        app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]["CodedInput"]["properties"]["code"]
    )

    assert code["pattern"] == "^[A-Z]+$"
    assert code["allOf"] == [{"pattern": "^[^\\x00]*$"}]

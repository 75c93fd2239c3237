"""How long lists may be: what is longer is refused in a body, and the document says it for both directions."""

import marshmallow
import pytest
from flask import Flask
from marshmallow import fields, validate

from beastmode import Api, Beastmode, Blueprint, Schema

MOST = 5


def shapes(base):
    class Part(base):
        name = fields.Str()
        inner = fields.List(fields.Str())

    class Whole(base):
        numbers = fields.List(fields.Int())
        parts = fields.List(fields.Nested(Part))
        many = fields.Nested(Part, many=True)
        names = fields.Pluck(Part, "name", many=True)
        by_key = fields.Dict(values=fields.List(fields.Int()))
        rows = fields.List(fields.List(fields.Int()))
        few = fields.List(fields.Int(), validate=validate.Length(max=2))
        lots = fields.List(fields.Int(), validate=validate.Length(max=9))
        whole = fields.Nested(lambda: Whole(only=("numbers",)))
        one = fields.Nested(Part)

    return Part, Whole


@pytest.fixture(params=[Schema, marshmallow.Schema])
def client(request):
    part, whole = shapes(request.param)
    bp = Blueprint("wholes", version="v1", url_prefix="/wholes")
    query = request.param.from_dict({"number": fields.List(fields.Int())})

    @bp.post("", accepts=whole, returns=whole, public=True)
    def add(new):
        return new

    @bp.post("/many", accepts=part(many=True), public=True)
    def add_many(new):
        return len(new)

    @bp.get("/asked", query=query, public=True)
    def asked(found):
        return found

    api = Api("Wholes")
    api.register(bp)
    app = Flask("wholes")
    app.config.from_mapping(ENVIRONMENT="testing", MAX_JSON_ITEMS=MOST, NESTED_LIMIT=7)
    Beastmode(app, api=api)
    return app.test_client()


TOO_LONG = ["Longer than maximum length 5."]
PARTS = [{"name": "a"}] * 6


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"numbers": [1] * 6}, {"numbers": TOO_LONG}),
        ({"numbers": ["wrong"] * 6, "rows": 7}, {"numbers": TOO_LONG}),
        ({"parts": PARTS}, {"parts": TOO_LONG}),
        ({"many": PARTS}, {"many": TOO_LONG}),
        ({"names": ["a"] * 6}, {"names": TOO_LONG}),
        ({"by_key": {"a": [1], "b": [1] * 6}}, {"by_key": {"b": TOO_LONG}}),
        ({"rows": [[1], [1] * 6]}, {"rows": {"1": TOO_LONG}}),
        ({"parts": [{"name": "a"}, {"inner": ["a"] * 6}]}, {"parts": {"1": {"inner": TOO_LONG}}}),
        ({"whole": {"numbers": [1] * 6}}, {"whole": {"numbers": TOO_LONG}}),
        ({"one": {"inner": ["a"] * 6}}, {"one": {"inner": TOO_LONG}}),
        ({"few": [1] * 3}, {"few": ["Longer than maximum length 2."]}),
        ({"few": [1] * 6}, {"few": TOO_LONG}),
        ({"lots": [1] * 10}, {"lots": ["Longer than maximum length 9."]}),
    ],
)
def test_a_list_that_is_too_long_is_refused(client, body, details):
    response = client.post("/api/v1/wholes", json=body)

    assert (response.status_code, response.json["details"]) == (422, details)


def test_a_body_that_is_too_long_is_refused(client):
    response = client.post("/api/v1/wholes/many", json=PARTS)

    assert (response.status_code, response.json["details"]) == (422, {"_schema": TOO_LONG})
    assert client.post("/api/v1/wholes/many", json=PARTS[:5]).status_code == 200


def test_as_many_as_are_allowed_are_taken(client):
    body = {"numbers": [1] * 5, "parts": PARTS[:5], "lots": [1] * 9, "rows": [[1] * 5] * 5}

    response = client.post("/api/v1/wholes", json=body)

    assert response.json["data"] == body


def test_a_query_with_too_many_values_is_refused(client):
    response = client.get("/api/v1/wholes/asked", query_string={"number": [1] * 6})

    assert (response.status_code, response.json["details"]) == (422, {"number": TOO_LONG})
    assert client.get("/api/v1/wholes/asked", query_string={"number": [1] * 5}).status_code == 200


def test_nothing_of_a_list_that_is_too_long_is_checked(client, monkeypatch):
    monkeypatch.setattr(fields.Integer, "_deserialize", lambda *_, **__: pytest.fail("It was checked."))

    assert client.post("/api/v1/wholes", json={"numbers": [1] * 6}).status_code == 422


def test_the_document_says_how_long_lists_may_be(client):
    document = client.get("/api/v1/openapi.json").json
    components = document["components"]["schemas"]
    sent, got = (components[name]["properties"] for name in ("WholeInput", "Whole"))

    assert {name: each.get("maxItems") for name, each in sent.items() if each.get("type") == "array"} == {
        **dict.fromkeys(("numbers", "parts", "many", "names", "rows"), 5),
        "few": 2,
        "lots": 9,
    }
    assert sent["rows"]["items"]["maxItems"] == sent["by_key"]["additionalProperties"]["maxItems"] == 5
    assert {name: each.get("maxItems") for name, each in got.items() if each.get("type") == "array"} == {
        **dict.fromkeys(("parts", "many", "names"), 7),
        **dict.fromkeys(("numbers", "rows", "few", "lots")),
    }
    body = document["paths"]["/api/v1/wholes/many"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"type": "array", "items": {"$ref": "#/components/schemas/PartInput"}, "maxItems": 5}

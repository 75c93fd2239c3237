"""The document says what the server does: it takes what is allowed, refuses the rest, and answers as described."""

import enum
import logging
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import jsonschema_rs
import pytest
from flask import Flask, Response, redirect, request
from marshmallow import EXCLUDE, INCLUDE, RAISE, fields, validate

from beastmode import Api, Beastmode, Blueprint, Schema
from beastmode.core.errors import ConfigurationError


class Kind(enum.Enum):
    RED = 1
    BLUE = 2


class Inner(Schema):
    price = fields.Decimal(required=True)


class Everything(Schema):
    decimal = fields.Decimal()
    rounded = fields.Decimal(places=2, as_string=True, required=True, validate=validate.Range(min=Decimal("0.01")))
    odd = fields.Decimal(allow_nan=True)
    none = fields.Decimal(allow_none=True)
    big = fields.Integer(as_string=True)
    whole = fields.Integer()
    real = fields.Float(as_string=True, load_default=1.5)
    kind = fields.Enum(Kind)
    value = fields.Enum(Kind, by_value=True)
    span = fields.TimeDelta()
    stamp = fields.DateTime(format="timestamp")
    moment = fields.AwareDateTime()
    day = fields.Date()
    hour = fields.Time()
    key = fields.UUID()
    prices = fields.List(fields.Decimal(as_string=True))
    by_name = fields.Dict(fields.String(), fields.Decimal(), allow_none=True)
    pair = fields.Tuple((fields.Integer(), fields.Decimal()))
    inner = fields.Nested(Inner)
    inners = fields.Nested(Inner, many=True)
    plucked = fields.Pluck(Inner, "price", many=True)


FULL = {
    "decimal": Decimal("1E+3"),
    "rounded": Decimal("1.5"),
    "odd": Decimal("NaN"),
    "none": None,
    "big": 2**62,
    "whole": 7,
    "real": 1e300,
    "kind": Kind.RED,
    "value": Kind.BLUE,
    "span": timedelta(seconds=3),
    "stamp": datetime(2026, 1, 1, tzinfo=UTC),
    "moment": datetime(2026, 1, 1, tzinfo=UTC),
    "day": date(2026, 1, 1),
    "hour": time(12),
    "key": UUID(int=1),
    "prices": [Decimal("0.10")],
    "by_name": {"a": Decimal("-0.5")},
    "pair": (1, Decimal("2.50")),
    "inner": {"price": Decimal(1)},
    "inners": [{"price": Decimal(2)}],
    "plucked": [{"price": Decimal(3)}],
}


def app_of(declare, **options):
    api, things = Api("Things"), Blueprint("things", version="v1", url_prefix="/things")
    declare(things)
    api.register(things)
    app = Flask("things")
    app.config.from_mapping(ENVIRONMENT="testing", PROPAGATE_EXCEPTIONS=False)
    Beastmode(app, api=api, **options)
    return app.test_client()


def echo(schema, **options):
    """A client of an application that takes what a schema says and gives it back."""
    return taking(schema, returns=schema, **options)


def taking(schema, **options):
    """A client of an application that takes what a schema says."""

    def declare(things):
        @things.post(accepts=schema, public=True, **options)
        def take(new):
            return new if "returns" in options else None

    return app_of(declare)


def document_of(client):
    return client.get("/api/v1/openapi.json").json


def operation(client, method="post", path="/api/v1/things"):
    return document_of(client)["paths"][path][method]


def body_validator(client):
    return validator(client, operation(client)["requestBody"]["content"]["application/json"]["schema"])


def answer_validator(client, method="post"):
    return validator(client, operation(client, method)["responses"]["200"]["content"]["application/json"]["schema"])


def validator(client, schema):
    return jsonschema_rs.Draft202012Validator({**schema, "components": document_of(client)["components"]})


def component(client, name):
    return document_of(client)["components"]["schemas"][name]


def holds(client, body):
    """Whether the document allows a body; the server must say the same, and answer as the document says."""
    allowed = body_validator(client).is_valid(body)
    answer = client.post("/api/v1/things", json=body)
    assert answer.status_code == (200 if allowed else 422), f"{body}: the document says {allowed}, {answer.json}"
    if allowed:
        answer_validator(client).validate(answer.json)
    return allowed


def test_an_answer_of_every_kind_of_field_is_what_the_document_says():
    def declare(things):
        @things.get(returns=Everything, public=True)
        def show():
            return FULL

    client = app_of(declare)
    answer = client.get("/api/v1/things").json

    answer_validator(client, "get").validate(answer)
    assert answer["data"]["rounded"] == "1.50"
    assert answer["data"]["big"] == str(2**62)


@pytest.mark.parametrize("name", ["decimal", "rounded", "odd", "big", "real"])
def test_a_number_that_is_sent_as_a_string_is_a_string_with_a_pattern(name):
    shown = component(echo(Everything), "Everything")["properties"][name]

    assert shown["type"] == "string"
    assert shown["pattern"].startswith("^")


@pytest.mark.parametrize("value", ["1.50", "-2", 3, 2.25, "1e2", "0.01", "+4"])
def test_a_decimal_is_taken_as_a_string_or_a_number(value):
    assert holds(echo(Inner), {"price": value})


@pytest.mark.parametrize(
    "value", ["", " 1", "1_000", "\u0661", "NaN", "Infinity", "0x1", True, None, [], "1.5.1", "e5"]
)
def test_what_the_pattern_of_a_decimal_rules_out_is_refused(value):
    assert not holds(echo(Inner), {"price": value})


@pytest.mark.parametrize("value", ["9223372036854775807", "-5", 12])
def test_a_whole_number_as_a_string_is_taken_as_it_was_given(value):
    client = echo(Schema.from_dict({"big": fields.Integer(as_string=True)}, name="Big"))

    assert holds(client, {"big": value})
    assert client.post("/api/v1/things", json={"big": value}).json["data"] == {"big": str(value)}


@pytest.mark.parametrize("value", ["1.5", 1.5, "", "one", True, " 1", "1_0"])
def test_what_is_not_a_whole_number_is_refused_as_a_string_too(value):
    assert not holds(echo(Schema.from_dict({"big": fields.Integer(as_string=True)}, name="Big")), {"big": value})


def test_bounds_and_defaults_of_decimals_are_json():
    taken = component(echo(Everything), "EverythingInput")["properties"]

    assert taken["rounded"]["minimum"] == 0.01
    assert taken["real"]["default"] == "1.5"


@pytest.mark.parametrize("body", [[], [{"price": "1"}], [{"price": "1"}, {"price": 2}]])
def test_many_is_a_list_in_the_body_and_in_the_answer(body):
    assert holds(echo(Inner(many=True)), body)


@pytest.mark.parametrize("body", [{"price": "1"}, [{}], [[]], "text", [{"price": "one"}]])
def test_anything_but_a_list_of_items_is_refused_where_many_are_taken(body):
    assert not holds(echo(Inner(many=True)), body)


def test_a_list_that_may_be_left_out_is_empty():
    client = echo(Inner(many=True), body_required=False)

    assert client.post("/api/v1/things").json["data"] == []


@pytest.mark.parametrize(("unknown", "is_open"), [(RAISE, False), (EXCLUDE, True), (INCLUDE, True)])
@pytest.mark.parametrize("by_class", [True, False])
def test_what_a_schema_does_with_unknown_fields_is_in_the_document(unknown, is_open, by_class):
    if by_class:
        meta = type("Meta", (), {"unknown": unknown})
        schema = type("Loose", (Schema,), {"Meta": meta, "id": fields.Int()})()
    else:
        schema = Schema.from_dict({"id": fields.Int()}, name="Loose")(unknown=unknown)

    assert holds(echo(schema), {"id": 1, "more": 2}) is is_open


def test_a_nested_schema_may_do_otherwise_than_everywhere_else():
    class Outer(Schema):
        loose = fields.Nested(Inner, unknown=EXCLUDE)
        strict = fields.Nested(Inner)

    client = echo(Outer)

    assert holds(client, {"loose": {"price": "1", "more": 1}, "strict": {"price": "1"}})
    assert not holds(client, {"strict": {"price": "1", "more": 1}})


def test_what_may_be_left_out_may_be_left_out_of_what_is_nested_too():
    class Outer(Schema):
        name = fields.String(required=True)
        inner = fields.Nested(Inner)

    assert holds(taking(Outer(partial=True)), {"inner": {}})
    assert holds(taking(Outer(partial=("inner.price",))), {"name": "a", "inner": {}})
    assert not holds(taking(Outer(partial=("name",))), {"inner": {}})


@pytest.mark.parametrize(
    ("unknown", "read"),
    [(RAISE, None), (EXCLUDE, {"code": "1"}), (INCLUDE, {"code": "1", "state": "2", "tag": ["a", "b"]})],
)
def test_a_query_string_may_hold_what_its_schema_takes(unknown, read):
    def declare(things):
        schema = Schema.from_dict({"code": fields.Str()}, name="Callback")(unknown=unknown)

        @things.get(query=schema, public=True)
        def callback(asked):
            return asked

    answer = app_of(declare).get("/api/v1/things?code=1&state=2&tag=a&tag=b")

    assert answer.status_code == (422 if read is None else 200)
    assert answer.json.get("data") == read


class Node(Schema):
    name = fields.Str(required=True)
    size = fields.Int()
    children = fields.List(fields.Nested(lambda: Node()))  # noqa: PLW0108 - Node is not there yet
    parent = fields.Nested(lambda: Node(exclude=("children",)), allow_none=True)


@pytest.mark.parametrize(
    ("body", "is_right"),
    [
        ({"name": "a"}, True),
        ({"name": "a", "children": [{"name": "b", "children": [{"name": "c", "size": 1}]}]}, True),
        ({"name": "a", "parent": {"name": "b", "parent": {"name": "c", "parent": None}}}, True),
        ({"name": "a", "children": [{"name": "b", "children": [{"name": "c", "size": "1"}]}]}, False),
        ({"name": "a", "children": [{"children": []}]}, False),
        ({"name": "a", "parent": {"name": "b", "children": []}}, False),
    ],
)
def test_a_schema_that_nests_itself_is_a_body(body, is_right):
    assert holds(taking(Node), body) is is_right


def test_a_wrong_type_deep_inside_is_reported_where_it_is():
    body = {"name": "a", "children": [{"name": "b"}, {"name": "c", "children": [{"name": "d", "size": "1"}]}]}

    details = echo(Node).post("/api/v1/things", json=body).json["details"]

    assert details == {"children": {"1": {"children": {"0": {"size": ["Not a valid integer."]}}}}}


def with_media_types(things):
    @things.get("/csv", produces="text/csv", public=True)
    def download():
        return Response("a,b\n", mimetype="text/csv")

    @things.get("/picture", produces="image/png", public=True)
    def picture():
        return Response(b"\x89PNG", mimetype="image/png")

    @things.post("/upload", consumes="multipart/form-data", public=True)
    def upload():
        return {"name": request.files["file"].filename}

    @things.get("/undeclared", public=True)
    def undeclared():
        return Response("a,b\n", mimetype="text/csv")


@pytest.mark.parametrize(
    ("path", "media_type", "schema"),
    [("csv", "text/csv", {"type": "string"}), ("picture", "image/png", {"type": "string", "format": "binary"})],
)
def test_a_file_has_its_media_type(path, media_type, schema):
    client = app_of(with_media_types)
    responses = operation(client, "get", f"/api/v1/things/{path}")["responses"]

    assert responses["200"]["content"] == {media_type: {"schema": schema}}
    assert "headers" not in responses["200"]
    assert "304" not in responses
    assert client.get(f"/api/v1/things/{path}").mimetype == media_type


def test_a_form_is_documented_as_one():
    body = operation(app_of(with_media_types), "post", "/api/v1/things/upload")["requestBody"]

    assert body == {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}}


def test_a_media_type_that_the_document_does_not_say_is_warned_of_once(caplog):
    client = app_of(with_media_types)

    with caplog.at_level(logging.WARNING, "beastmode"):
        client.get("/api/v1/things/undeclared")
        client.get("/api/v1/things/undeclared")

    assert [record.getMessage() for record in caplog.records].count(
        "things.undeclared (GET /things/undeclared) returned text/csv, but the API document says application/json; "
        "add produces='text/csv' to the route."
    ) == 1


def annotated() -> Response:
    return Response("a,b\n", mimetype="text/csv")


@pytest.mark.parametrize(
    "view",
    [
        annotated,
        lambda: Response("{}", mimetype="application/json"),
        lambda: Response(status=204),
        lambda: redirect("/elsewhere"),
    ],
)
def test_nothing_is_warned_of_that_the_document_does_not_say_otherwise(view, caplog):
    view.__name__ = "show"
    client = app_of(lambda things: things.get(public=True)(view))

    with caplog.at_level(logging.WARNING, "beastmode"):
        client.get("/api/v1/things")

    assert not [message for message in caplog.messages if "API document" in message]


@pytest.mark.parametrize(
    "options",
    [
        {"produces": "text/csv", "returns": Inner},
        {"produces": "csv"},
        {"consumes": "text/csv"},
    ],
)
def test_a_media_type_that_contradicts_the_rest_is_refused(options):
    with pytest.raises(ConfigurationError):
        Blueprint("things", version="v1").get("/a", **options)(lambda: None)


def test_without_our_errors_the_document_promises_none_of_them():
    def declare(things):
        @things.get("/<int:number>", public=True)
        def show(number):
            return None

    client = app_of(declare, without={"errors"})
    responses = operation(client, "get", "/api/v1/things/{number}")["responses"]

    assert responses["404"] == {"description": "Not Found"}
    assert "Error" not in document_of(client)["components"]["schemas"]


class Error(Schema):
    code = fields.Int()


class InnerEnvelope(Schema):
    stamp = fields.Str()


class Pagination(Schema):
    step = fields.Int()


@pytest.mark.parametrize("schema", [Error, InnerEnvelope, Pagination])
def test_a_name_that_the_library_uses_is_the_projects(schema):
    def declare(things):
        things.get("/inner", returns=Inner, public=True)(lambda: {"price": 1})
        things.get("/own", returns=schema, public=True, errors=(404,))(own)

    client = app_of(declare)

    assert set(component(client, schema.__name__)["properties"]) == set(schema().fields)
    for path, status, asked in [("own", "200", "own"), ("inner", "200", "inner"), ("own", "404", "nothing")]:
        described = operation(client, "get", f"/api/v1/things/{path}")["responses"][status]["content"]
        answer = client.get(f"/api/v1/things/{asked}").json
        validator(client, described["application/json"]["schema"]).validate(answer)


def own():
    return {"code": 1, "stamp": "a", "step": 2}

"""What a request may bring, and what it is told when it brings something else."""

import contextlib
import hmac
import io
import json

import pytest
from api_shelf import Book
from flask import Flask, Request, request
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields
from werkzeug.test import EnvironBuilder

from beastmode import Api, Beastmode, Blueprint
from beastmode.api import Schema
from beastmode.api.body import body_reader
from beastmode.api.json import deepest, read_json, write_json
from beastmode.api.settings import ApiSettings
from beastmode.core.errors import Problem


@pytest.fixture
def post(client, signed_in):
    def send(data, content_type="application/json", **kwargs):
        return client.post("/api/v1/books", data=data, content_type=content_type, headers=signed_in, **kwargs)

    return send


def test_every_problem_is_told_at_once_by_field(post):
    answer = post(json.dumps({"pages": "many", "is_lent": "yes", "shelf": {"height": 900}, "colour": "red"}))

    assert answer.status_code == 422
    assert answer.json == {
        "success": False,
        "message": "Validation failed",
        "details": {
            "title": ["Missing data for required field."],
            "pages": ["Not a valid integer."],
            "is_lent": ["Not a valid boolean."],
            "shelf": {
                "name": ["Missing data for required field."],
                "height": ["Must be greater than or equal to 1 and less than or equal to 300."],
            },
            "colour": ["Unknown field."],
        },
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pages", "12"), ("pages", 1.5), ("pages", True), ("pages", 10**30), ("is_lent", "true"), ("is_lent", 1),
        ("price", "1.5"), ("title", 5), ("title", None), ("title", ""), ("title", "x" * 41), ("title", "a\0b"),
        ("tags", "sand"), ("tags", [1]), ("tags", ["a\0"]), ("shelf", []), ("shelf", {"name": "a", "height": "2"}),
        ("id", 5),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(post, field, value):
    answer = post(json.dumps({"title": "Emma"} | {field: value}))

    assert answer.status_code == 422
    assert list(answer.json["details"]) == [field]


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "[[1]]"])
def test_json_that_is_no_object_is_refused(post, body):
    assert post(body).status_code == 422


def test_malformed_json_is_told_where(post):
    answer = post('{"title":\n "Emma",}')

    assert answer.status_code == 400
    assert "line 2, column" in answer.json["message"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'{"title": "\xed\xa0\x80"}', b'{"title": "\\ud800"}', b'{"pages": NaN}', b'{"a": 01}'],
)
def test_what_is_no_json_is_400(post, body):
    assert post(body).status_code == 400


def test_a_key_given_twice_is_refused(post):
    answer = post('{"title": "Emma", "title": "Dune"}')

    assert answer.status_code == 400
    assert 'duplicate key "title"' in answer.json["message"]


def test_colons_in_texts_are_no_keys(post):
    assert post('{"title": "a: b: c", "tags": ["x:y"]}').status_code == 201


@pytest.mark.parametrize("body", ["[" * 100 + "]" * 100, '{"a":' * 100 + "1" + "}" * 100, "[" * 19_000])
def test_deep_json_is_refused_before_it_is_read(post, body):
    answer = post(body)

    assert answer.status_code == 400
    assert "deeper than 32" in answer.json["message"]


@pytest.mark.parametrize("text", ["[" * 33, "[" * 33 + '"', '[{"a":' * 17, "[]" * 9 + "[" * 33])
def test_what_nests_too_deeply_is_refused_though_it_is_no_json_either(post, text):
    answer = post(text)

    assert answer.status_code == 400
    assert "deeper than 32" in answer.json["message"]


def test_brackets_in_texts_are_not_deep(post):
    assert post(json.dumps({"title": "[{" * 18, "tags": ['[[[[{{{{\\"'] * 9})).status_code == 201


def test_a_large_body_is_refused(post):
    answer = post(json.dumps({"title": "x" * 30_000}))

    assert answer.status_code == 413


def test_a_large_body_of_unknown_length_is_refused(client, signed_in):
    answer = client.post(
        "/api/v1/books",
        input_stream=io.BytesIO(b'"' + b"x" * 50_000 + b'"'),
        content_type="application/json",
        headers=signed_in | {"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 413


def test_no_more_of_a_body_of_unknown_length_is_read_than_may_be(client, signed_in):
    stream = io.BytesIO(b'"' + b"x" * 500_000 + b'"')

    client.post(
        "/api/v1/books",
        input_stream=stream,
        content_type="application/json",
        headers=signed_in | {"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert stream.tell() <= 20_001


def test_a_body_that_breaks_off_is_not_taken_for_whole(client, signed_in, store):
    answer = client.post(
        "/api/v1/books",
        input_stream=io.BytesIO(b'{"title": "Emma"}'),
        content_type="application/json",
        headers=signed_in,
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": "30"},
    )

    assert answer.status_code == 400
    assert answer.json["message"] == "The body ended after 17 of 30 bytes."
    assert list(store) == [1]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "", "application/json; charset=utf-16", "multipart/form-data"],
)
def test_another_content_type_is_refused(post, content_type):
    answer = post('{"title": "Emma"}', content_type=content_type)

    assert answer.status_code == 415
    assert "application/json" in answer.json["message"] or "UTF-8" in answer.json["message"]


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "application/vnd.shop+json"])
def test_json_under_another_name_is_read(post, content_type):
    assert post('{"title": "Emma"}', content_type=content_type).status_code == 201


def test_an_unknown_query_parameter_is_refused(client, signed_in):
    answer = client.get("/api/v1/books/1?colour=red", headers=signed_in)

    assert answer.status_code == 422
    assert answer.json["details"] == {"colour": ["Unknown query parameter."]}


def test_a_declared_query_is_loaded(client, signed_in):
    answer = client.get("/api/v1/system/search?text=a&tag=b&tag=c", headers=signed_in)

    assert answer.json["data"] == {"text": "a", "tag": ["b", "c"]}


def test_a_query_parameter_is_given_once(client, signed_in):
    answer = client.get("/api/v1/system/search?text=a&text=b&other=1", headers=signed_in)

    assert answer.json["details"] == {"text": ["Must be given only once."], "other": ["Unknown query parameter."]}


nested = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=20,
)


@given(nested)
def test_whatever_is_written_is_read_back(value):
    assert read_json(write_json(value), depth=100) == value


@given(nested, st.integers(0, 12))
def test_depth_is_counted_as_a_reader_would(value, depth):
    def levels(part):
        inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return isinstance(part, dict | list) and 1 + max(map(levels, inner), default=0)

    raw = write_json(value)

    assert deepest(raw, 1000) == levels(value)
    if levels(value) > depth:
        with pytest.raises(Problem, match="deeper"):
            read_json(raw, depth=depth)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    with contextlib.suppress(Problem):
        read_json(raw, depth=32)


@pytest.mark.parametrize("value", [10**40, [10**40, 1.5], {"a": -(10**30)}])
def test_numbers_beyond_64_bits_are_written(value):
    assert json.loads(write_json(value)) == value


def test_wrong_kinds_in_lists_and_objects_are_told_where_marshmallow_would_tell_them():
    class Row(Schema):
        size = fields.Int()
        counts = fields.Dict(keys=fields.Str(), values=fields.Int())

    read = body_reader(Row(many=True), ApiSettings(environment="testing"), required=True)
    builder = EnvironBuilder(method="POST", json=[{"size": 1}, {"size": "2", "counts": {"a": 1, "b": "3"}}])

    with pytest.raises(Problem) as refused:
        read(Request(builder.get_environ()))

    wrong = ["Not a valid integer."]
    assert refused.value.details == {1: {"size": wrong, "counts": {"b": {"value": wrong}}}}


@pytest.mark.parametrize("length", ["known", "unknown"])
def test_a_view_can_check_a_signature_over_the_body_that_it_gets_loaded(length):
    seen = []
    hooks = Blueprint("hooks", version="v1", url_prefix="/hooks")

    @hooks.post(accepts=Book, public=True)
    def receive(new):
        seen.append((hmac.digest(b"key", request.get_data(), "sha256"), request.get_json(), new["title"]))

    api = Api("Hooks")
    api.register(hooks)
    app = Flask("hooks")
    app.config["ENVIRONMENT"] = "testing"
    Beastmode(app, api=api)
    body = b'{"title":  "Dune"}'
    sent = {"input_stream": io.BytesIO(body), "environ_overrides": {"wsgi.input_terminated": True}}
    if length == "known":
        sent = {"data": body}
    answer = app.test_client().post("/api/v1/hooks", content_type="application/json", **sent)

    assert answer.status_code == 200
    assert seen == [(hmac.digest(b"key", body, "sha256"), {"title": "Dune"}, "Dune")]


def receiving(view_sees, before=None, **config):
    """A client of an application with one public route that takes a book."""
    hooks = Blueprint("hooks", version="v1", url_prefix="/hooks")

    @hooks.post(accepts=Book, public=True)
    def receive(new):
        view_sees.append(new["title"])

    api = Api("Hooks")
    api.register(hooks)
    app = Flask("hooks")
    app.config.update(ENVIRONMENT="testing", **config)
    Beastmode(app, api=api)
    if before is not None:
        app.before_request(before)
    return app.test_client()


@pytest.mark.parametrize(("is_kept", "answered"), [(True, 200), (False, 400)])
def test_a_body_that_a_hook_has_read_is_loaded_if_flask_has_kept_it(is_kept, answered):
    def read():
        request.get_data(cache=is_kept)

    assert receiving([], read).post("/api/v1/hooks", json={"title": "Dune"}).status_code == answered


def test_a_body_is_no_longer_than_the_application_allows():
    seen = []
    client = receiving(seen, MAX_CONTENT_LENGTH=20)

    answers = [
        client.post("/api/v1/hooks", data=b'{"title": "%s"}' % (b"x" * n), content_type="application/json")
        for n in (7, 8)
    ]

    assert [answer.status_code for answer in answers] == [200, 413]
    assert seen == ["x" * 7]

"""Nested lists of a response: what is longer than NESTED_LIMIT is cut, whoever made it, and the document says so."""

import logging

import jsonschema_rs
import marshmallow
import pytest
from flask import Flask
from marshmallow import fields

from beastmode import Api, Beastmode, Blueprint, Schema
from beastmode.api import Listing


def answers(base):
    """A schema that shows lists of parts in every way that there is."""

    class Part(base):
        name = fields.Str()
        inner = fields.List(fields.Str())

    class Around(base):
        parts = fields.List(fields.Nested(Part))
        many = fields.Nested(Part, many=True)

    class Answered(base):
        name = fields.Str()
        parts = fields.List(fields.Nested(Part), allow_none=True)
        many = fields.Nested(Part(many=True))
        names = fields.Pluck(Part, "name", many=True)
        rows = fields.List(fields.Nested(Part, many=True))
        deep = fields.List(fields.List(fields.Nested(Part)))
        by_key = fields.Dict(values=fields.List(fields.Nested(Part)))
        pair = fields.Tuple((fields.Nested(Part, many=True), fields.Str()))
        around = fields.Nested(Around)
        again = fields.Nested(lambda: Answered(only=("parts",)))
        numbers = fields.List(fields.Int())

    return Answered


TEN = [{"name": "a", "inner": ["b"]}] * 10
SEVEN = TEN[:7]
LONG = {
    "name": "long",
    "parts": TEN,
    "many": TEN,
    "names": TEN,
    "rows": [TEN] * 10,
    "deep": [TEN] * 10,
    "by_key": {"a": TEN, "b": TEN[:1]},
    "pair": (TEN, "a"),
    "around": {"parts": TEN, "many": TEN},
    "again": {"parts": TEN},
    "numbers": [1] * 10,
}
CUT = {
    "name": "long",
    "parts": SEVEN,
    "many": SEVEN,
    "names": ["a"] * 7,
    "rows": [SEVEN] * 7,
    "deep": [SEVEN] * 10,
    "by_key": {"a": SEVEN, "b": TEN[:1]},
    "pair": [SEVEN, "a"],
    "around": {"parts": SEVEN, "many": SEVEN},
    "again": {"parts": SEVEN},
    "numbers": [1] * 10,
}


class Thing:
    def __init__(self, values):
        vars(self).update(values)


VALUES = {
    "lists": LONG,
    "an object": Thing(LONG),
    "tuples": LONG | {"parts": tuple(TEN), "many": tuple(TEN)},
    "short ones": CUT | {"names": SEVEN, "pair": (SEVEN, "a")},
}


def answering(schema, *, value=None, limit=7, **options):
    """A client of an application whose one view returns a value."""
    bp = Blueprint("answers", version="v1", url_prefix="/answers")

    @bp.get(returns=schema, public=True, **options)
    def show():
        return value() if callable(value) else value

    api = Api("Answers")
    api.register(bp)
    app = Flask("answers")
    app.config.from_mapping(ENVIRONMENT="testing", NESTED_LIMIT=limit)
    Beastmode(app, api=api)
    return app.test_client()


def validated(client):
    """The data of the view's response, which must be what the document says."""
    document = client.get("/api/v1/openapi.json").json
    described = document["paths"]["/api/v1/answers"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = client.get("/api/v1/answers").json
    jsonschema_rs.Draft202012Validator({**described, "components": document["components"]}).validate(answer)
    return answer["data"]


@pytest.mark.parametrize("base", [Schema, marshmallow.Schema])
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_nested_lists_that_a_view_makes_are_cut_as_the_document_says(base, value):
    schema = answers(base)

    assert validated(answering(schema, value=value)) == CUT
    assert validated(answering(schema, value=[value] * 10, many=True)) == [CUT] * 10
    assert validated(answering(schema, value=[value] * 10, listing=Listing()))["items"] == [CUT] * 10


@pytest.mark.parametrize("base", [Schema, marshmallow.Schema])
def test_what_gives_its_items_one_by_one_is_cut(base):
    client = answering(answers(base)(only=("parts", "many")), value=lambda: {"parts": iter(TEN), "many": iter(TEN)})

    assert validated(client) == {"parts": SEVEN, "many": SEVEN}
    assert validated(client) == {"parts": SEVEN, "many": SEVEN}


def test_no_list_is_no_list_that_is_too_long():
    assert validated(answering(answers(Schema)(only=("parts",)), value={"parts": None})) == {"parts": None}


def test_that_a_list_was_cut_is_logged_once(caplog):
    client = answering(answers(Schema)(only=("parts", "names")), value=LONG)

    with caplog.at_level(logging.WARNING, logger="beastmode"):
        for _ in range(3):
            client.get("/api/v1/answers")

    assert sorted(caplog.messages) == [
        f"Answered.{name} has more than 7 items; only the first 7 are returned (NESTED_LIMIT). Paginate them with a "
        "route of their own: listing=Listing()."
        for name in ("names", "parts")
    ]


def test_each_application_cuts_lists_by_its_own_setting():
    schema = answers(Schema)(only=("parts",))
    some, few = answering(schema, value=LONG), answering(schema, value=LONG, limit=2)

    assert [len(validated(client)["parts"]) for client in (some, few, some)] == [7, 2, 7]


def test_a_schema_that_is_dumped_by_hand_shows_everything():
    schema = answers(Schema)(only=("parts",))
    client = answering(schema, value=lambda: {"parts": schema.dump(LONG)["parts"][9:]})

    assert validated(client) == {"parts": TEN[9:]}
    assert schema.dump(LONG) == {"parts": TEN}

"""What a client sends costs in proportion to its length, whatever is in it: ours, werkzeug's and marshmallow's parsers.

Counted in lines and steps, not in seconds. Doubling an input may double the work that it adds; where it would be four
times as much, one request of a few kilobytes could keep a process from all others.
"""

import enum
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from flask import Flask
from marshmallow import fields, validate
from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from work_counted import TooMuchError, work_of

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.api import Filter, Listing
from beastmode.core.identity import Identity, set_authenticator

SHORT = 60
GROWTH = 2.6
"""Twice the length, twice the work and a little; the square of it would be four times as much."""
LINES = 60
"""Lines and steps that a character may take whatever the rest is: loops over characters, in two or three places."""
UNITS = (" ", "a;", '"a,', 'a="', '\\"', "*1", "0", "a")


class Kind(enum.Enum):
    ONE = "one"


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    size: Mapped[float]
    price: Mapped[Decimal]
    day: Mapped[date]
    hour: Mapped[time]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[Kind]
    key: Mapped[UUID]


COLUMNS = [Thing.name, Thing.size, Thing.price, Thing.day, Thing.hour, Thing.at, Thing.kind, Thing.key]
FIELDS = {
    "whole": fields.Integer(),
    "written": fields.Integer(as_string=True),
    "float": fields.Float(),
    "decimal": fields.Decimal(places=2),
    "text": fields.String(),
    "yes": fields.Boolean(),
    "date": fields.Date(),
    "time": fields.Time(),
    "moment": fields.DateTime(),
    "rfc": fields.DateTime(format="rfc"),
    "stamp": fields.DateTime(format="timestamp"),
    "aware": fields.AwareDateTime(),
    "naive": fields.NaiveDateTime(),
    "span": fields.TimeDelta(),
    "uuid": fields.UUID(),
    "url": fields.URL(),
    "link": fields.URL(relative=True, require_tld=False),
    "email": fields.Email(),
    "address": fields.IP(),
    "enum": fields.Enum(Kind),
    "matching": fields.String(validate=validate.Regexp(r"^[a-z]+(-[a-z]+)*$")),
    "list": fields.List(fields.Integer()),
    "dict": fields.Dict(keys=fields.String(), values=fields.Integer()),
    "raw": fields.Raw(),
}
Everything = Schema.from_dict(FIELDS, name="Everything")


class Shown(Schema):
    id = fields.Int()


@pytest.fixture(scope="module")
def client():
    db, api = Database(Base), Api("Things")
    things, shown = Blueprint("things", version="v1", url_prefix="/things"), loading(Shown, Thing)
    filters = {column.key: Filter(column, ("eq", "in")) for column in COLUMNS}
    things.get(returns=Shown, public=True, listing=Listing(sorts=[Thing.id, Thing.name], filters=filters))(
        lambda: shown
    )
    things.post(accepts=Everything, public=True)(take)
    things.get("/search", query=Everything, public=True)(search)
    things.get("/<int:number>/<uuid:key>/<float:size>/<path:rest>", public=True)(show)
    things.put("/private", accepts=Everything)(change)
    api.register(things)
    app = Flask("things")
    app.config.from_mapping(
        ENVIRONMENT="testing",
        DATABASE_URL="sqlite://",
        TRUSTED_PROXIES=2,
        LOG_LEVEL="CRITICAL",
        CORS_ORIGINS="https://a.example",
    )
    set_authenticator(app, lambda _: Identity("account", 1))
    Beastmode(app, database=db, api=api)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app.test_client()
    app.extensions["beastmode.database"].engines.dispose()


def take(_new):
    return None


def search(_asked):
    return {}


def show(**_path):
    return {}


def change(_new):
    return {}


def in_proportion(send, units=UNITS):
    """The units of which a longer text costs more than its length says."""
    return [unit for unit in units if grows(lambda number, unit=unit: send(unit * (number // len(unit))))]


def grows(send):
    try:
        first, second, third = (work_of(lambda number=number: send(number)) for number in (SHORT, 2 * SHORT, 4 * SHORT))
    except TooMuchError:
        return True
    # From 2 to 4 lengths twice as much is added as from 1 to 2; what is added once, such as a first import, is not.
    return third - second > max(GROWTH * (second - first), LINES * 2 * SHORT)


HEADERS = [
    ("Accept", "application/problem+json{}x"),
    ("Accept", "application/problem+json;q={}"),
    ("Accept", "{},application/problem+json"),
    ("Accept-Encoding", "gzip{}x"),
    ("If-None-Match", "{}x"),
    ("If-None-Match", 'W/"{}'),
    ("Range", "bytes={}"),
    ("Cookie", "session={}"),
    ("Cookie", '{}="x'),
    ("Authorization", "Bearer {}"),
    ("Authorization", "{}x"),
    ("X-Request-ID", "{}"),
    ("X-Forwarded-For", "{}x"),
    ("X-Forwarded-Proto", "{}x"),
    ("Host", "{}x"),
    ("Content-Length", "{}"),
]


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_a_header_costs_in_proportion_to_its_length(client, name, value):
    def send(text):
        client.get("/api/v1/nothing", headers={name: value.format(text).encode("latin-1").decode("latin-1")})

    assert in_proportion(send) == []


@pytest.mark.parametrize("kind", ["application/json{}x", "application/json; charset={}", "{}/json"])
def test_a_content_type_costs_in_proportion_to_its_length(client, kind):
    def send(text):
        client.post("/api/v1/things", data=b"{}", headers={"Content-Type": kind.format(text)})

    assert in_proportion(send) == []


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
def test_entity_tags_cost_in_proportion_to_their_length(client, name):
    def send(text):
        client.put("/api/v1/things/private", json={}, headers={name: text})
        client.get("/api/v1/openapi.json", headers={name: text})

    assert in_proportion(send) == []


@pytest.mark.parametrize("name", ["Origin", "Access-Control-Request-Headers", "Access-Control-Request-Method"])
def test_a_question_across_origins_costs_in_proportion_to_its_length(client, name):
    asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}

    def send(text):
        client.options("/api/v1/things", headers=asked | {name: f"a{text}"})

    assert in_proportion(send) == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/{}",
        "/api/v1/things/{}/0b5a2c6e-4a1d-4a6e-9d0a-3d6f0e1c2b3a/1.0/y",
        "/api/v1/things/1/{}/1.0/y",
        "/api/v1/things/1/0b5a2c6e-4a1d-4a6e-9d0a-3d6f0e1c2b3a/{}/y",
    ],
)
def test_a_path_costs_in_proportion_to_its_length(client, path):
    def send(text):
        client.get(path.format(text))

    assert in_proportion(send, ["0", "1.", "/", "a/", "%41"]) == []


@pytest.mark.parametrize("name", ["page", "per_page", "cursor", "sort", "unknown"])
def test_a_parameter_of_a_list_costs_in_proportion_to_its_length(client, name):
    def send(text):
        client.get("/api/v1/things", query_string={name: text})

    assert in_proportion(send, ["1", "-", "id,", "ab", "="]) == []


@pytest.mark.parametrize("name", [column.key for column in COLUMNS])
def test_a_filter_costs_in_proportion_to_its_length(client, name):
    def send(text):
        client.get("/api/v1/things", query_string={name: text, f"{name}__in": text})

    assert in_proportion(send, ["1", "-", "1,", "1:", "a"]) == []


def test_many_parameters_cost_in_proportion_to_their_number(client):
    def send(text):
        client.get(f"/api/v1/things?{text}")
        client.get(f"/api/v1/things/search?{text}")

    assert in_proportion(send, ["a&", "a=1&", "list=1&", "page=1&", "&", "=", "%", "+"]) == []


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_costs_in_proportion_to_its_length(client, name):
    def send(text):
        client.post("/api/v1/things", json={name: text})
        client.get("/api/v1/things/search", query_string={name: f"2026-01-01{text}"})

    assert in_proportion(send, ["1", "-", "1:", "a.", "a@", " "]) == []


def test_json_costs_in_proportion_to_its_length(client):
    def send(text):
        client.post("/api/v1/things", data=text, content_type="application/json")
        client.post("/api/v1/things", data=f'{{"raw": {text}', content_type="application/json")

    units = ["[", "{", '"', "\\", '{"a":', "[1,", '"a":1,', "1", "-", "0.", "e", " ", "\n", "\\u0041", "]", "[]", "{},"]
    assert in_proportion(send, units) == []


def test_many_values_cost_in_proportion_to_their_number(client):
    def send(number, value):
        client.post("/api/v1/things", json={"list": [value] * number, "dict": {str(n): value for n in range(number)}})

    assert not grows(lambda number: send(number, 1))
    assert not grows(lambda number: send(number, "x"))


def test_the_counter_sees_time_that_grows_with_the_square():
    assert grows(lambda number: parse_accept_header(f"a{' ' * number}x", MIMEAccept))

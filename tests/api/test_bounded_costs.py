"""What a client can ask for has a bound, whatever it asks."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from marshmallow import fields
from sqlalchemy import DateTime, event, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.api import Filter, Listing

ROWS = 3000
LIMIT = 2000


class Base(DeclarativeBase):
    pass


class Stamp(Base):
    __tablename__ = "stamps"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class StampShown(Schema):
    id = fields.Int()


class Moments(Schema):
    at = fields.DateTime()
    aware = fields.AwareDateTime()
    local = fields.NaiveDateTime(timezone=timezone(timedelta(hours=-12)))
    several = fields.List(fields.DateTime())
    pair = fields.Tuple((fields.DateTime(), fields.Int()))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    db, api = Database(Base), Api("Stamps")
    stamps, shown = Blueprint("stamps", version="v1", url_prefix="/stamps"), loading(StampShown, Stamp)
    filters = {"at": Filter(Stamp.at, ("gte", "in")), "kind": Filter(Stamp.kind)}
    stamps.get(returns=StampShown, public=True, listing=Listing(filters=filters))(lambda: shown)
    stamps.get("/uncounted", returns=StampShown, public=True, listing=Listing(count=False))(returning(shown))
    stamps.post(accepts=Moments, public=True)(take)
    stamps.post("/many", accepts=Moments(many=True), public=True)(take_many)
    stamps.get("/asked", query=Moments(only=("at", "aware", "local")), public=True)(asked)
    api.register(stamps)
    app = Flask("stamps")
    path = tmp_path_factory.mktemp("stamps") / "stamps.db"
    app.config.from_mapping(
        ENVIRONMENT="testing", DATABASE_URL=f"sqlite:///{path}", COUNT_LIMIT=LIMIT, PROPAGATE_EXCEPTIONS=False
    )
    Beastmode(app, database=db, api=api)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with db.engine.begin() as connection:
            rows = [{"id": n, "kind": n % 2, "at": datetime(2026, 1, 1, tzinfo=UTC)} for n in range(1, ROWS + 1)]
            connection.execute(insert(Stamp), rows)
    yield app
    app.extensions["beastmode.database"].engines.dispose()


def returning(shown):
    def uncounted():
        return shown

    return uncounted


def take(_new):
    return None


def take_many(_new):
    return None


def asked(_moments):
    return {}


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def statements(app):
    """The statements that are run meanwhile."""
    seen = []
    engine = app.extensions["beastmode.database"].engines.reader

    def see(_connection, _cursor, statement, parameters, _context, _many):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", see)
    yield seen
    event.remove(engine, "before_cursor_execute", see)


def page(client, number, path="", **more):
    return client.get(f"/api/v1/stamps{path}", query_string={"page": number, "per_page": 100, **more})


@pytest.mark.parametrize("number", [16, 20, 2**31 - 1, 10**30])
def test_a_page_beyond_the_end_is_empty_and_skips_no_row(client, statements, number):
    answer = page(client, number, kind=1).json["data"]

    assert answer["items"] == []
    assert answer["pagination"]["total"] == ROWS // 2
    assert answer["pagination"]["has_next"] is False
    assert [statement[:12] for statement in statements] == ["SELECT count"]


def test_a_page_far_in_is_what_it_was(client):
    answer = page(client, 13, kind=1).json["data"]

    assert [item["id"] for item in answer["items"]] == list(range(2401, 2600, 2))
    assert answer["pagination"]["total"] == ROWS // 2
    assert answer["pagination"]["has_next"] is True


@pytest.mark.parametrize("path", ["", "/uncounted"])
@pytest.mark.parametrize("number", [22, 31, 2**31 - 1])
def test_pages_by_number_reach_as_far_as_rows_are_counted(client, statements, path, number):
    answer = page(client, number, path)

    assert answer.status_code == 422
    assert answer.json["details"] == {
        "page": [f"Page numbers reach only the first {LIMIT} items; use cursor= to go further."]
    }
    assert [statement[:12] for statement in statements] == ["SELECT count"]


@pytest.mark.parametrize("path", ["", "/uncounted"])
def test_the_last_page_by_number_is_answered(client, path):
    answer = page(client, 21, path).json["data"]

    assert answer["items"][0] == {"id": LIMIT + 1}
    assert answer["pagination"]["total"] is None


def test_a_422_has_at_most_a_hundred_problems_and_says_how_many_there_were(client):
    answer = client.post("/api/v1/stamps/many", json=[{"wrong": 1}] * 250)
    accept = {"Accept": "application/problem+json"}
    details = client.post("/api/v1/stamps/many", json=[{"wrong": 1}] * 250, headers=accept)

    assert answer.status_code == 422
    assert len(answer.json["details"]) == 100
    assert answer.json["message"] == "Validation failed; the first 100 of 250 problems are listed"
    assert len(details.json["errors"]) == 100


def test_unknown_parameters_are_among_the_hundred(client):
    answer = client.get("/api/v1/stamps/asked", query_string={f"wrong{number}": 1 for number in range(300)})

    assert len(answer.json["details"]) == 100


def test_a_hundred_problems_are_all_told(client):
    answer = client.post("/api/v1/stamps/many", json=[{"wrong": 1}] * 100)

    assert answer.json["message"] == "Validation failed"
    assert len(answer.json["details"]) == 100


ENDS = [
    "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59.999999+00:00",
]  # fmt: skip


@pytest.mark.parametrize("moment", ENDS)
@pytest.mark.parametrize("name", ["at", "aware", "local"])
def test_moments_at_the_ends_of_time_are_refused_in_a_body_and_a_query(client, moment, name):
    in_body = client.post("/api/v1/stamps", json={name: moment})
    in_query = client.get("/api/v1/stamps/asked", query_string={name: moment})

    assert (in_body.status_code, list(in_body.json["details"])) == (422, [name])
    assert (in_query.status_code, list(in_query.json["details"])) == (422, [name])


@pytest.mark.parametrize("moment", ENDS)
def test_moments_at_the_ends_of_time_are_refused_inside_of_lists_and_filters(client, moment):
    assert client.post("/api/v1/stamps", json={"several": [moment]}).status_code == 422
    assert client.post("/api/v1/stamps", json={"pair": [moment, 1]}).status_code == 422
    assert client.get("/api/v1/stamps", query_string={"at__gte": moment}).status_code == 422
    assert client.get("/api/v1/stamps", query_string={"at__in": f"2026-01-01T00:00:00Z,{moment}"}).status_code == 422


@pytest.mark.parametrize("moment", ["0001-01-02T00:00:00+00:00", "9999-12-30T23:59:59+00:00", "2026-01-01T00:00:00Z"])
def test_moments_that_every_time_zone_can_say_are_taken(client, moment):
    assert client.post("/api/v1/stamps", json={"at": moment, "aware": moment}).status_code == 200
    assert client.get("/api/v1/stamps", query_string={"at__gte": moment}).status_code == 200

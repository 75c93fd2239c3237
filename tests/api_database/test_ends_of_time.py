"""A moment that not every time zone can say is refused before a row is stored, whoever's schema has read it."""

from datetime import UTC, datetime, timedelta, timezone

import marshmallow
import pytest
from marshmallow import fields
from notebook import Paper, database
from sqlalchemy import DateTime, func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Schema, loading

BEYOND = ["0001-01-01T00:00:00+05:00", "0001-01-01T00:30:00Z", "9999-12-31T23:30:00-05:00", "9999-12-31T23:59:59+00:00"]
MESSAGE = "Must be between 0001-01-02 and 9999-12-30."


class Visit(Paper):
    __tablename__ = "visits"

    id: Mapped[int] = mapped_column(primary_key=True)
    begun: Mapped[datetime | None]
    ended: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Moment(fields.AwareDateTime):
    """A field of the project's own."""


def timed(base, kind):
    class Times(base):
        at = kind()

    class VisitSchema(base):
        begun = kind()
        ended = kind()
        times = fields.Nested(Times)
        several = fields.List(kind())
        all_times = fields.List(fields.Nested(Times))
        by_name = fields.Dict(values=fields.Nested(Times))
        again = fields.Nested(lambda: VisitSchema(exclude=("begun",)))

    return VisitSchema


class Shown(marshmallow.Schema):
    begun = fields.AwareDateTime()
    ended = fields.AwareDateTime(default_timezone=timezone(timedelta(hours=9)))


visits = loading(Shown, Visit)

PLACES = {
    "begun": lambda moment: ({"begun": moment}, {"begun": [MESSAGE]}),
    "ended": lambda moment: ({"ended": moment}, {"ended": [MESSAGE]}),
    "nested": lambda moment: ({"times": {"at": moment}}, {"times": {"at": [MESSAGE]}}),
    "in a list": lambda moment: ({"several": [moment]}, {"several": {"0": [MESSAGE]}}),
    "nested in a list": lambda moment: ({"all_times": [{"at": moment}]}, {"all_times": {"0": {"at": [MESSAGE]}}}),
    "nested in a dict": lambda moment: (
        {"by_name": {"a": {"at": moment}}},
        {"by_name": {"a": {"value": {"at": [MESSAGE]}}}},
    ),
    "nested in itself": lambda moment: (
        {"again": {"again": {"again": {"ended": moment}}}},
        {"again": {"again": {"again": {"ended": [MESSAGE]}}}},
    ),
}


@pytest.mark.parametrize("base", [Schema, marshmallow.Schema])
@pytest.mark.parametrize("kind", [fields.AwareDateTime, Moment])
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("as_instance", [False, True])
def test_nothing_is_stored(make, base, kind, place, as_instance):
    schema = timed(base, kind)

    def declare(bp):
        @bp.post("/visits", accepts=schema() if as_instance else schema, returns=Shown, status=201, public=True)
        def add(new):
            database.session.add(Visit(begun=new.get("begun"), ended=new.get("ended")))
            database.session.commit()
            return new

        @bp.get("/visits", returns=Shown, many=True, public=True)
        def every():
            return visits

    app = make(declare)
    client = app.test_client()

    for moment in BEYOND:
        body, errors = PLACES[place](moment)
        response = client.post("/api/notes/visits", json=body)
        assert (response.status_code, response.json["details"]) == (422, errors)

    assert client.get("/api/notes/visits").json["data"] == []
    last = {"begun": "9999-12-30T00:00:00+00:00", "ended": "0001-01-02T00:00:00+00:00"}
    assert client.post("/api/notes/visits", json=last).status_code == 201
    assert client.get("/api/notes/visits").json["data"][0]["begun"] == last["begun"]


@pytest.mark.parametrize("moment", BEYOND)
def test_a_column_refuses_it_whatever_has_read_it(make, moment):
    app = make(lambda _: None)
    with app.app_context():
        database.session.add(Visit(begun=datetime.fromisoformat(moment)))
        with pytest.raises(StatementError, match="every time zone can represent"):
            database.session.commit()
        database.session.rollback()
        assert database.session.scalar(select(func.count()).select_from(Visit)) == 0
        database.session.add(Visit(begun=datetime(9999, 12, 30, tzinfo=UTC)))
        database.session.commit()


@pytest.mark.parametrize("form", ["timestamp", "timestamp_ms"])
@pytest.mark.parametrize("base", [Schema, marshmallow.Schema])
@pytest.mark.parametrize("number", [253402300799, 253402300799000, 10**20, -62135596800, 1e300])
def test_a_number_of_seconds(make, form, base, number):
    schema = base.from_dict({"at": fields.DateTime(format=form)})

    def declare(bp):
        @bp.post("/visits", accepts=schema, public=True)
        def add(_):
            return {}

    response = make(declare).test_client().post("/api/notes/visits", json={"at": number})
    readable = form == "timestamp_ms" and number == 253402300799
    assert response.status_code == (200 if readable else 422), response.json

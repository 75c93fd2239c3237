"""A session is looked at by the statement that writes, and whoever lost it writes nothing, whichever way is taken."""

import enum
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from flask import Flask, request
from marshmallow import fields
from sqlalchemy import JSON, Enum, Numeric, String, event, func, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Beastmode
from beastmode.accounts.models import Session
from beastmode.api import Api, Blueprint, Schema
from beastmode.db import Base, Database, UtcDateTime, transaction
from beastmode.query import loading

SECRET = "a secret of more than thirty-two bytes"
ADA = {"email": "ada@example.com", "password": "correct horse battery"}
ENDED = {"success": False, "message": "The access token is invalid"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Pad(DeclarativeBase):
    """Tables of these tests alone."""

    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy wants a plain class attribute


class Jotting(Pad):
    """A row with a column of each kind that parameters differ in."""

    __tablename__ = "jottings"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(10))
    copies: Mapped[int | None]
    price: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    weight: Mapped[float | None]
    is_kept: Mapped[bool | None]
    colour: Mapped[Colour | None] = mapped_column(Enum(Colour, name="jotting_colour"))
    code: Mapped[uuid.UUID | None]
    day: Mapped[date | None]
    hour: Mapped[time | None]
    length: Mapped[timedelta | None]
    extra: Mapped[dict | None] = mapped_column(JSON)
    raw: Mapped[bytes | None]
    made_at: Mapped[datetime] = mapped_column(default=lambda: datetime(2030, 1, 2, tzinfo=UTC))
    number: Mapped[int] = mapped_column(server_default=text("7"))


class Shown(Schema):
    id = fields.Integer()
    title = fields.String()
    made_at = fields.DateTime()
    number = fields.Integer()


jottings = loading(Shown, Jotting)
blueprint = Blueprint("jottings", version="v1", url_prefix="/jottings")
database = Database()
done = []


def through_the_session():
    database.session.add(Jotting(title="New"))
    database.session.commit()


def in_a_transaction():
    with transaction():
        jottings.insert(title="New")


def with_the_engine():
    with database.engine.begin() as connection:
        connection.execute(insert(Jotting.__table__), {"title": "New"})


def after_a_failure():
    """A statement that fails has found out nothing about the session."""
    with pytest.raises(IntegrityError):
        jottings.insert(id=1, title="Old")
    jottings.insert(title="New")


WAYS = {
    "insert": lambda: jottings.insert(title="New"),
    "insert an expression": lambda: jottings.insert(title=func.lower("NEW")),
    "insert bytes": lambda: jottings.insert(title="New", raw=b"1"),
    "update": lambda: jottings.update(1, {"title": "New"}),
    "delete": lambda: jottings.delete(1),
    "execute": lambda: database.execute(insert(Jotting.__table__).values(title="New")),
    "text": lambda: database.execute(text("DELETE FROM jottings")),
    "session": through_the_session,
    "transaction": in_a_transaction,
    "engine": with_the_engine,
    "nothing": lambda: None,
}


@blueprint.post("/<way>")
def write(way):
    """Write in one of the ways."""
    WAYS[way]()
    done.append(way)


@blueprint.post("/values", returns=Shown, status=201)
def values():
    """Insert what the test has left."""
    return jottings.insert(**request.environ["test.values"])


@blueprint.post("/after-a-failure")
def fail_first():
    """Write after a statement that failed."""
    after_a_failure()


@pytest.fixture
def app(url, accounts, applications):
    key = ("jottings", url)
    app = applications[key] = applications.get(key) or make_app(url, accounts)
    with app.extensions["beastmode.database"].engines.writer.begin() as connection:
        for table in [*reversed(Base.metadata.sorted_tables), Jotting.__table__]:
            connection.execute(table.delete())
        connection.execute(insert(Jotting.__table__), {"id": 1, "title": "Old"})
    done.clear()
    return app


def make_app(url, accounts):
    app = Flask("jottings")
    app.config.from_mapping(ENVIRONMENT="testing", JWT_SECRET_KEY=SECRET, LOG_LEVEL="CRITICAL", DATABASE_URL=url)
    api = Api("Jottings")
    api.register(blueprint)
    Beastmode(app, database=database, api=api, accounts=accounts)
    writer = app.extensions["beastmode.database"].engines.writer
    Pad.metadata.create_all(writer)
    if writer.dialect.name == "postgresql":
        with writer.begin() as connection:
            connection.execute(text("SELECT setval('jottings_id_seq', 10)"))
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def headers(client):
    client.post("/api/auth/register", json=ADA | {"name": "Ada"})
    token = client.post("/api/auth/login", json=ADA).json["data"]["token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def writer(app):
    """Another program's way to the database; this process has seen the session hold."""
    return app.extensions["beastmode.database"].engines.writer


def stored(writer):
    with writer.begin() as connection:
        return connection.execute(select(Jotting.title).order_by(Jotting.id)).scalars().all()


def end_sessions(writer):
    with writer.begin() as connection:
        connection.execute(Session.__table__.update().values(revoked_at=datetime.now(UTC)))


@pytest.mark.parametrize("way", WAYS)
def test_whose_session_was_ended_elsewhere_writes_nothing(client, headers, writer, way):
    end_sessions(writer)

    answer = client.post(f"/api/v1/jottings/{way}", headers=headers)

    assert (answer.json, stored(writer)) == (ENDED, ["Old"])
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert done == (["nothing"] if way == "nothing" else [])


@pytest.mark.parametrize("way", WAYS)
def test_who_has_a_session_writes(client, headers, writer, way):
    answer = client.post(f"/api/v1/jottings/{way}", headers=headers)

    expected = {"update": ["New"], "delete": [], "text": [], "nothing": ["Old"], "insert an expression": ["Old", "new"]}
    assert answer.status_code == 200, answer.json
    assert stored(writer) == expected.get(way, ["Old", "New"])


def test_a_statement_that_failed_has_settled_nothing(client, headers, writer):
    assert client.post("/api/v1/jottings/after-a-failure", headers=headers).status_code == 200
    end_sessions(writer)

    answer = client.post("/api/v1/jottings/after-a-failure", headers=headers)

    assert answer.status_code in {401, 500}
    assert stored(writer) == ["Old", "New"]


def sent_by(app, send):
    """The first words of the statements that a request sends, and whether each looks at the session."""
    seen = []
    engines = app.extensions["beastmode.database"].engines

    def note(_connection, _cursor, statement, *_):
        seen.append((statement.split()[0], "FROM sessions" in statement))

    for engine in (engines.reader, engines.writer):
        event.listen(engine, "before_cursor_execute", note)
    assert send().status_code == 200
    for engine in (engines.reader, engines.writer):
        event.remove(engine, "before_cursor_execute", note)
    return [each for each in seen if each[0] not in {"BEGIN", "PRAGMA"}]


@pytest.mark.parametrize("way", ["insert", "update", "delete"])
def test_one_statement_writes_and_looks(app, client, headers, way):
    sent = sent_by(app, lambda: client.post(f"/api/v1/jottings/{way}", headers=headers))

    assert sent == [(way.upper(), True)]


@pytest.mark.parametrize("way", ["insert an expression", "execute", "session", "engine"])
def test_any_other_way_looks_first(app, client, headers, way):
    sent = sent_by(app, lambda: client.post(f"/api/v1/jottings/{way}", headers=headers))

    assert sent == [("SELECT", True), ("INSERT", False)]


VALUES = {
    "copies": 2**31 - 1,
    "price": Decimal("1234.56"),
    "weight": 0.1,
    "is_kept": True,
    "colour": Colour.BLUE,
    "code": uuid.UUID(int=7),
    "day": date(2030, 1, 1),
    "hour": time(1, 2, 3),
    "length": timedelta(days=1, seconds=2),
    "extra": {"a": [1, None]},
    "raw": b"\0\xff",
    "made_at": datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC),
    "number": 3,
}


@pytest.mark.parametrize("names", [*([name] for name in VALUES), [*VALUES]], ids=" and ".join)
def test_each_kind_of_value_is_stored_as_it_is(client, headers, writer, names):
    given = {"title": "Ten chars."} | {name: VALUES[name] for name in names}

    for _ in range(5):  # the driver gets the statement itself from the fourth time on
        answer = client.post("/api/v1/jottings/values", headers=headers, environ_base={"test.values": given})
        assert answer.status_code == 201, answer.json
        with writer.begin() as connection:
            row = connection.execute(select(Jotting.__table__).where(Jotting.id == answer.json["data"]["id"]))
            found = row.mappings().one()
        assert {name: found[name] for name in given} == given
        assert found["made_at"] == given.get("made_at", datetime(2030, 1, 2, tzinfo=UTC))
        assert found["number"] == given.get("number", 7)


@pytest.mark.postgres
@pytest.mark.parametrize("backend", ["postgresql"])
def test_what_is_too_long_for_its_column_is_refused_and_not_cut(client, headers, writer):
    given = {"title": "Eleven char"}

    for _ in range(5):
        answer = client.post("/api/v1/jottings/values", headers=headers, environ_base={"test.values": given})
        assert answer.status_code in {422, 500}, answer.json

    assert stored(writer) == ["Old"]

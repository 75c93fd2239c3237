"""What a view makes of what loadings give is answered whole, whatever it is put into; or refused, and why is logged."""

import logging

import marshmallow
import pytest
from marshmallow import fields
from notebook import Note, Paper, database, notes
from sqlalchemy import ForeignKey, insert, select
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship, selectinload

from beastmode import Problem, Schema, loading
from beastmode.api import Answer, Listing
from beastmode.query import Dumped, Loading


class Remark(Paper):
    __tablename__ = "remarks"

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("notes.id"))
    said: Mapped[str]
    note: Mapped[Note] = relationship(backref=backref("remarks", order_by="Remark.id"))


class Shown(Schema):
    id = fields.Int(as_string=True)
    body = fields.Str(attribute="text")
    rating = fields.Int(attribute="stars", data_key="ratedWith")


class RawShown(marshmallow.Schema):
    id = fields.Int(as_string=True)
    body = fields.Str(attribute="text")
    rating = fields.Int(attribute="stars", data_key="ratedWith")


class RemarkShown(Schema):
    words = fields.Str(attribute="said")
    note = fields.Nested(Shown)


class Home(Schema):
    best = fields.Nested(Shown)
    every = fields.List(fields.Nested(Shown))
    remarks = fields.Nested(RemarkShown, many=True)
    count = fields.Int()


class RawHome(marshmallow.Schema):
    best = fields.Nested(RawShown)
    every = fields.List(fields.Nested(RawShown))
    remarks = fields.Nested(RemarkShown, many=True)
    count = fields.Int()


class Brief(Schema):
    id = fields.Int()


shown, raw_shown, remarks = loading(Shown, Note), loading(RawShown, Note), loading(RemarkShown, Remark)
FIRST = {"id": "1", "body": "first", "ratedWith": 0}
SECOND = {"id": "2", "body": "second", "ratedWith": 3}
REMARK = {"words": "well", "note": SECOND}
WHOLE = {"best": FIRST, "every": [FIRST, SECOND], "remarks": [REMARK], "count": 2}


def given(found):
    return {"best": found.get(1), "every": found.all(), "remarks": remarks, "count": 2}


def as_data(found):
    return {"best": found.get(1).data, "every": found.all().data, "remarks": remarks.all().data, "count": 2}


VALUES = {"what it gives": given, "its data": as_data}


@pytest.fixture
def answers(make):
    """Answers what a view returns, with what it declares."""

    def answers(view, query="", **declared):
        app = make(lambda bp: bp.get("/home", public=True, **declared)(view))
        with app.app_context():
            database.execute(insert(Note).values(id=2, text="second", stars=3))
            database.execute(insert(Remark).values(id=1, note_id=2, said="well"))
        return app.test_client().get(f"/api/notes/home{query}")

    return answers


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize(("schema", "found"), [(Home, shown), (RawHome, raw_shown), (RawHome(), raw_shown)])
def test_parts_of_an_object(answers, value, schema, found):
    def home():
        return VALUES[value](found)

    assert answers(home, returns=schema).json["data"] == WHOLE


@pytest.mark.parametrize("value", VALUES)
def test_parts_of_an_object_that_no_schema_shows(answers, value):
    def home():
        return {"in": [VALUES[value](shown)]}

    assert answers(home).json["data"] == {"in": [WHOLE]}


@pytest.mark.parametrize("envelope", [True, False])
def test_parts_of_several_objects(answers, envelope):
    def home():
        return Answer([given(shown), as_data(shown)])

    body = answers(home, returns=Home, many=True, envelope=envelope).json

    assert (body["data"] if envelope else body) == [WHOLE, WHOLE]


@pytest.mark.parametrize(
    "items",
    [
        lambda: [shown.get(1), shown.get(2)],
        lambda: [shown.get(1).data, database.session.get(Note, 2)],
        lambda: shown.all().data,
        lambda: list(shown),
        lambda: iter(shown),
        lambda: shown,
        shown.all,
    ],
)
def test_items_of_a_list(answers, items):
    def home():
        return items()

    assert answers(home, returns=Shown, many=True).json["data"] == [FIRST, SECOND]


@pytest.mark.parametrize("schema", [Shown, RawShown])
def test_a_page_of_items(answers, schema):
    def home():
        found = loading(schema, Note)
        return [found.get(2), found.get(1).data]

    listing = Listing(sorts={"id": Note.id})
    assert answers(home, "?sort=id&per_page=1", returns=schema, listing=listing).json["data"]["items"] == [FIRST]


@pytest.mark.parametrize("as_loading", [True, False])
def test_no_more_than_the_route_declares(answers, as_loading):
    def home():
        return shown if as_loading else shown.all()

    assert answers(home, returns=Shown(only=("id",)), many=True).json["data"] == [{"id": "1"}, {"id": "2"}]


def test_no_more_than_the_list_declares(answers):
    def home():
        return shown

    page = answers(home, returns=Shown(only=("id",)), listing=Listing()).json["data"]
    assert page["items"] == [{"id": "1"}, {"id": "2"}]


OTHER = (
    "Brief cannot serialize the result of loading(Shown, ...): 'id' is a different field. Use loading(Brief, ...), or "
    "return the entity itself."
)
ONE = "Shown is declared for a list, but received one item from a loading; use its all()."
REMADE = (
    "Shown writes 'text' as 'body', but received a dict with 'body' and without 'text'. The result of a loading is "
    "already serialized: return it unchanged, or wrap the changed dict in Dumped(...)."
)


@pytest.mark.parametrize(
    ("view", "declared", "message"),
    [
        (lambda: shown.get(1), {"returns": Brief}, OTHER),
        (lambda: shown, {"returns": Brief, "listing": Listing()}, OTHER),
        (lambda: shown.get(1), {"returns": Shown, "many": True}, ONE),
        (lambda: {**shown.get(1).data, "body": "changed"}, {"returns": Shown}, REMADE),
    ],
)
def test_what_cannot_be_shown_is_an_error_that_says_why(answers, caplog, view, declared, message):
    view.__name__ = "home"
    with caplog.at_level(logging.ERROR):
        response = answers(view, **declared)

    assert (response.status_code, response.json) == (500, {"success": False, "message": "Internal server error"})
    assert str(caplog.records[0].exc_info[1]) == message


def test_what_was_made_of_it_is_said_to_be_shown(answers):
    def home():
        return Dumped({**shown.get(1).data, "body": "changed"})

    assert answers(home, returns=Shown).json["data"] == {**FIRST, "body": "changed"}


class Parent(Schema):
    id = fields.Int()
    remarks = fields.List(fields.Nested(RemarkShown))


class Written(Parent):
    length = fields.Function(lambda note: len(note.remarks))


def loaded_entity():
    return database.session.scalars(select(Note).options(selectinload(Note.remarks).joinedload(Remark.note))).first()


MADE = {
    "a loading's item": lambda: loading(Parent, Note).get(1),
    "a loading's item that is loaded as an entity": lambda: loading(Written, Note).get(1),
    "an entity": loaded_entity,
    "a dict": lambda: {"id": 1, "remarks": list(loaded_entity().remarks)},
    "a dict of what a loading gives": lambda: {"id": 1, "remarks": remarks.all()},
    "a dict of its data": lambda: {"id": 1, "remarks": remarks.all().data},
    "a dict of its items": lambda: {"id": 1, "remarks": list(remarks)},
    "a dict with a loading": lambda: {"id": 1, "remarks": remarks},
}


@pytest.mark.parametrize("made", MADE)
def test_a_nested_list_is_cut_whatever_it_is_made_of(make, caplog, made):
    def home():
        return MADE[made]()

    schema = Written if made.endswith("entity") and "loading" in made else Parent
    app = make(lambda bp: bp.get("/home", public=True, returns=schema)(home), NESTED_LIMIT=2)
    with app.app_context():
        database.execute(insert(Remark), [{"id": n, "note_id": 1, "said": str(n)} for n in (1, 2, 3)])
    client = app.test_client()

    found = client.get("/api/notes/home").json["data"]

    assert [remark["words"] for remark in found["remarks"]] == ["1", "2"]
    described = client.get("/api/v1/openapi.json").json["components"]["schemas"][schema.__name__]
    assert described["properties"]["remarks"]["maxItems"] == 2
    assert sum("has more than 2 items" in message for message in caplog.messages) == 1


def test_an_error_of_a_part_is_the_answer(answers, monkeypatch):
    def away(*_):
        raise Problem(503, "The database is unavailable.")

    def home():
        return {"in": notes}

    monkeypatch.setattr(Loading, "all", away)

    assert answers(home).json == {"success": False, "message": "The database is unavailable."}

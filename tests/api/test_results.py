"""What a view returns: what a schema cannot show is refused by name, and a list is paged where the route says so."""

import enum
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import NamedTuple

import pytest
from flask import Flask
from marshmallow import fields
from sqlalchemy import MetaData, insert, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Problem, Schema
from beastmode.api import Answer, Filter, Listing


class Kept(DeclarativeBase):
    metadata = MetaData()


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Song(Kept):
    __tablename__ = "songs"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    seconds: Mapped[int | None]
    colour: Mapped[Colour | None]
    made_at: Mapped[datetime]


class SongSchema(Schema):
    id = fields.Int()
    title = fields.Str()
    seconds = fields.Int(allow_none=True)


def client_of(view, **options):
    songs = Blueprint("songs", version="v1", url_prefix="/songs")
    songs.get(public=True, **options)(view)
    api = Api("Music")
    api.register(songs)
    app = Flask("music")
    app.config.from_mapping(ENVIRONMENT="testing")
    Beastmode(app, api=api)
    return app.test_client()


def ask(view, path="/api/v1/songs", **options):
    return client_of(view, **options).get(path)


async def later():
    return {}


@pytest.mark.parametrize(
    "options", [{}, {"returns": SongSchema}, {"returns": SongSchema, "many": True}], ids=["bare", "one", "many"]
)
@pytest.mark.parametrize(
    ("result", "told"),
    [
        (({"id": 1}, 201), r"return Answer\(data, status=...\)"),
        (({"id": 1}, 201, {"X": "y"}), r"return Answer\(data, status=...\)"),
        (({"id": 1}, {"id": 2}), "For several items, return a list"),
        (select(Song), r"returned a select\(\).*loading\(.*db.session.scalars"),
        (insert(Song), r"returned a insert\(\)|returned an insert\(\)"),
        (update(Song), "was not executed"),
        (text("SELECT 1"), "was not executed"),
        (select(Song).union(select(Song)), "was not executed"),
        (Problem(404), "Problem; raise it"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_meaning_is_refused(options, result, told):
    def view():
        return result

    with pytest.raises(TypeError, match=f"(?s)songs.view.*{told}"):
        ask(view, **options)


def test_a_coroutine_that_a_decorator_lets_through_is_refused():
    def view():
        return later()

    with pytest.raises(TypeError, match="returned a coroutine"):
        ask(view)


@pytest.mark.parametrize("result", ["nonsense", b"bytes", 42, 1.5, True, datetime(2026, 1, 1, tzinfo=UTC)], ids=str)
@pytest.mark.parametrize("options", [{}, {"many": True}, {"listing": Listing()}], ids=["one", "many", "listing"])
def test_what_has_no_fields_is_refused(options, result):
    def view():
        return result

    with pytest.raises(TypeError, match=f"returned a value of type {type(result).__name__}, but"):
        ask(view, returns=SongSchema, **options)


@pytest.mark.parametrize("options", [{"many": True}, {"listing": Listing()}], ids=["many", "listing"])
def test_one_object_is_no_list(options):
    def view():
        return {"id": 1}

    with pytest.raises(TypeError, match="a list of SongSchema"):
        ask(view, returns=SongSchema, **options)


def test_any_collection_is_a_list():
    def view():
        return ({"id": number} for number in range(2))

    assert [song["id"] for song in ask(view, returns=SongSchema, many=True).json["data"]] == [0, 1]


def test_a_named_tuple_has_fields():
    assert ask(lambda: Pair(1, "So What"), returns=SongSchema).json["data"]["title"] == "So What"


class Pair(NamedTuple):
    id: int
    title: str


START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = [
    {
        "id": number,
        "title": f"Song {number:02}",
        "seconds": None if number % 5 == 0 else number % 7,
        "colour": [None, Colour.RED, Colour.BLUE][number % 3],
        "made_at": START + timedelta(days=number),
    }
    for number in range(1, 46)
]
LISTING = Listing(
    sorts=[Song.id, Song.title, Song.seconds],
    filters={
        "title": Filter(Song.title, ("eq", "contains", "startswith")),
        "seconds": Filter(Song.seconds, ("eq", "ne", "lt", "gte", "in")),
        "colour": Filter(Song.colour),
        "made_at": Filter(Song.made_at, ("lt",)),
    },
    per_page=10,
)


def rows():
    return ROWS


def objects():
    return [Song(**row) for row in ROWS]


@pytest.fixture(params=[rows, objects], ids=["dicts", "objects"])
def songs(request):
    return client_of(request.param, returns=SongSchema, listing=LISTING)


def page(client, query=""):
    answer = client.get(f"/api/v1/songs?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


def ids(found):
    return [song["id"] for song in found["items"]]


def test_a_list_is_paged(songs):
    assert ids(page(songs)) == list(range(1, 11))
    assert ids(page(songs, "page=5")) == [41, 42, 43, 44, 45]
    assert ids(page(songs, "page=6")) == []
    assert ids(page(songs, "per_page=3&page=2")) == [4, 5, 6]
    assert page(songs, "page=2")["pagination"] | {"next_cursor": 1, "prev_cursor": 1} == {
        "page": 2,
        "per_page": 10,
        "total": 45,
        "pages": 5,
        "has_next": True,
        "has_prev": True,
        "next_page": 3,
        "prev_page": 1,
        "next_cursor": 1,
        "prev_cursor": 1,
    }


@pytest.mark.parametrize("query", ["", "&sort=-title", "&sort=seconds", "&title__contains=1"])
def test_a_walk_by_cursor_sees_everything_once_there_and_back(songs, query):
    whole = ids(page(songs, f"per_page=100{query}"))
    forwards, found = [], page(songs, f"cursor=&per_page=7{query}")
    while True:
        forwards.append(ids(found))
        if not found["pagination"]["has_next"]:
            break
        found = page(songs, f"cursor={found['pagination']['next_cursor']}&per_page=7{query}")
    backwards = [ids(found)]
    while found["pagination"]["has_prev"]:
        found = page(songs, f"cursor={found['pagination']['prev_cursor']}&per_page=7{query}")
        backwards.insert(0, ids(found))

    assert list(chain(*forwards)) == whole
    assert list(chain(*backwards)) == whole


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("title=Song 07", lambda row: row["title"] == "Song 07"),
        ("title__contains=4", lambda row: "4" in row["title"]),
        ("title__startswith=Song 1", lambda row: row["title"].startswith("Song 1")),
        ("seconds=3", lambda row: row["seconds"] == 3),
        ("seconds__ne=3", lambda row: row["seconds"] != 3),
        ("seconds__lt=3", lambda row: row["seconds"] is not None and row["seconds"] < 3),
        ("seconds__gte=3", lambda row: row["seconds"] is not None and row["seconds"] >= 3),
        ("seconds__in=1,2", lambda row: row["seconds"] in (1, 2)),
        ("colour=RED", lambda row: row["colour"] is Colour.RED),
        ("made_at__lt=2026-01-11T00:00:00Z", lambda row: row["id"] < 10),
    ],
)
def test_a_list_is_filtered(songs, query, holds):
    found = page(songs, f"per_page=100&{query}")

    assert ids(found) == [row["id"] for row in ROWS if holds(row)]
    assert found["pagination"]["total"] == len(ids(found))


def test_a_list_is_sorted_with_null_last_in_either_direction(songs):
    none = [row["id"] for row in ROWS if row["seconds"] is None]
    some = [row for row in ROWS if row["seconds"] is not None]

    up = ids(page(songs, "sort=seconds,-id&per_page=100"))
    down = ids(page(songs, "sort=-seconds,id&per_page=100"))

    assert up == [row["id"] for row in sorted(some, key=lambda row: (row["seconds"], -row["id"]))] + none[::-1]
    assert down == [row["id"] for row in sorted(some, key=lambda row: (-row["seconds"], row["id"]))] + none


def test_what_is_not_declared_is_422(songs):
    assert songs.get("/api/v1/songs?sort=colour").status_code == 422
    assert songs.get("/api/v1/songs?seconds=x").status_code == 422
    assert songs.get("/api/v1/songs?cursor=nonsense").status_code == 404


def test_items_that_lack_what_they_are_sorted_by_are_named():
    client = client_of(lambda: [{"title": "So What"}], returns=SongSchema, listing=LISTING)

    assert page(client)["items"] == [{"title": "So What"}]
    with pytest.raises(TypeError, match=r"sorts or filters by Song.seconds, but .* without 'seconds'"):
        client.get("/api/v1/songs?sort=seconds")


def test_items_that_cannot_be_compared_are_named():
    client = client_of(lambda: [{"seconds": 1}, {"seconds": "2"}], returns=SongSchema, listing=LISTING)

    with pytest.raises(TypeError, match=r"cannot compare int with str|cannot compare str with int"):
        client.get("/api/v1/songs?sort=seconds")


def test_an_answer_around_a_list_is_paged_too():
    client = client_of(lambda: Answer(ROWS, message="Here"), returns=SongSchema, listing=LISTING)

    answer = client.get("/api/v1/songs")

    assert answer.json["message"] == "Here"
    assert len(answer.json["data"]["items"]) == 10

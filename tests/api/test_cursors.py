"""What a list does with the cursors that it gave, and with all others."""

import enum
from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from flask import Flask
from marshmallow import fields
from sqlalchemy import Interval, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.api import Filter, Listing
from beastmode.api.cursors import Cursor, CursorSigner
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.db import transaction


class Colour(enum.Enum):
    RED = "ff0000"
    GREEN = "00ff00"


class Base(DeclarativeBase):
    pass


class Pen(Base):
    __tablename__ = "pens"

    id: Mapped[int] = mapped_column(primary_key=True)
    colour: Mapped[Colour]
    label: Mapped[str] = mapped_column(Text)
    lasts: Mapped[timedelta] = mapped_column(Interval)


class PenShown(Schema):
    id = fields.Int()


def shop(tmp_path, **options):
    db, api = Database(Base), Api("Pens")
    pens, shown = Blueprint("pens", version="v1", url_prefix="/pens"), loading(PenShown, Pen)
    pens.get(returns=PenShown, public=True, listing=Listing(**options))(lambda: shown)
    api.register(pens)
    app = Flask("pens")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=f"sqlite:///{tmp_path / 'pens.db'}")
    Beastmode(app, database=db, api=api)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with transaction():
            for number in range(6):
                label = "x" * 5000 if number == 5 else "short"
                db.session.add(Pen(colour=list(Colour)[number % 2], label=label, lasts=timedelta(1)))
    return app


def walked(app, sort):
    client, found, cursor = app.test_client(), [], ""
    while cursor is not None:
        data = client.get(f"/api/v1/pens?sort={sort}&per_page=2&cursor={cursor}").json["data"]
        found += [item["id"] for item in data["items"]]
        cursor = data["pagination"]["next_cursor"]
    return found


def test_a_list_in_the_order_of_an_enumeration_is_walked_to_its_end(tmp_path):
    assert walked(shop(tmp_path, sorts=[Pen.colour]), "colour") == [2, 4, 6, 1, 3, 5]


def test_texts_too_long_for_a_cursor_are_told(tmp_path):
    answer = shop(tmp_path, sorts=[Pen.label]).test_client().get("/api/v1/pens?sort=-label&per_page=1")

    assert answer.status_code == 422
    assert list(answer.json["details"]) == ["sort"]


def test_a_cursor_of_an_order_that_the_list_had_once_is_not_found(tmp_path):
    app = shop(tmp_path, sorts=[Pen.id])
    secret = app.extensions["beastmode.settings"].secret_key
    old = CursorSigner(secret, "pens.<lambda>").write(Cursor("", "after", (1, 2, 3)))

    assert app.test_client().get(f"/api/v1/pens?cursor={old}").status_code == 404


def test_what_no_cursor_can_hold_is_no_order(tmp_path):
    with pytest.raises(ConfigurationError, match="sorted or filtered"):
        shop(tmp_path, sorts=[Pen.lasts])


def test_what_is_no_text_is_not_searched_for_texts(tmp_path):
    with pytest.raises(ConfigurationError, match="is not a string"):
        shop(tmp_path, filters={"id": Filter(Pen.id, ("contains",))})


def test_a_cursor_of_another_list_is_not_found():
    text = CursorSigner("secret", "pens").write(Cursor("id", "after", (1,)))

    with pytest.raises(Problem, match="does not belong to this list"):
        CursorSigner("secret", "inks").read(text)


def test_a_cursor_does_not_show_the_values_that_it_stands_at(tmp_path):
    app = shop(tmp_path, sorts=[Pen.label])
    cursor = app.test_client().get("/api/v1/pens?sort=label&per_page=2").json["data"]["pagination"]["next_cursor"]
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))

    assert b"short" not in raw
    assert b"label" not in raw


def test_cursors_of_values_of_other_lengths_are_equally_long():
    signer = CursorSigner("secret", "pens")

    assert len({len(signer.write(Cursor("label", "after", ("x" * length, 1)))) for length in range(1, 12)}) == 1


def test_the_same_position_has_the_same_cursor_and_another_one_shares_nothing_with_it():
    signer = CursorSigner("secret", "pens")
    first, again, other = (
        signer.write(Cursor("label", "after", (text,))) for text in ("hidden1", "hidden1", "hidden2")
    )

    assert first == again
    assert first[:8] != other[:8]
    assert sum(a == b for a, b in zip(first, other, strict=True)) < len(first) / 4


@pytest.mark.parametrize("place", [0, 10, 20, 30, 40, -1])
def test_a_cursor_that_was_changed_is_not_found(place):
    signer = CursorSigner("secret", "pens")
    letters = list(signer.write(Cursor("id", "after", (1,))))
    letters[place] = "A" if letters[place] != "A" else "B"

    with pytest.raises(Problem, match="does not belong to this list"):
        signer.read("".join(letters))


@pytest.mark.parametrize("values", [(1, None, "a", 1.5), ("ü" * 100,), (), (True, "2026-01-01T00:00:00+00:00")])
def test_a_cursor_says_what_it_was_given(values):
    cursor = Cursor("a,-b", "before", values)
    signer = CursorSigner("secret", "pens")

    assert signer.read(signer.write(cursor)) == cursor

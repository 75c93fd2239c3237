"""A nested list has a bound: its first items are shown in its order, that there are more is logged once."""

import logging

import pytest
from filled import library
from marshmallow import Schema, fields, pre_dump
from shelves import Author, Book, Reply, Review, Stamp
from sqlalchemy import insert, update

from beastmode.query import loading

LIMIT = 3


class ReplyShown(Schema):
    text = fields.String()


class ReviewShown(Schema):
    id = fields.Integer()
    replies = fields.List(fields.Nested(ReplyShown))


class BookShown(Schema):
    id = fields.Integer()
    reviews = fields.Nested(ReviewShown, many=True)


class Plucked(Schema):
    id = fields.Integer()
    reviews = fields.Pluck(ReviewShown, "id", many=True)


class Line(Schema):
    words = fields.List(fields.Nested(ReplyShown))


class StampShown(Schema):
    word = fields.String()
    note = fields.Nested(Line)
    lines = fields.List(fields.Nested(ReplyShown), attribute="note")


class StampCalled(StampShown):
    @pre_dump
    def as_it_is(self, stamp, **_):
        return stamp


class Called(BookShown):
    by = fields.Function(lambda book: book.title)


@pytest.fixture(autouse=True)
def _limited(shelves, monkeypatch):
    # The setting belongs to the application, which all tests of this folder share.
    for module in ("rows", "union", "entities", "dumps"):
        monkeypatch.setattr(f"beastmode.query.read.{module}.most_nested", lambda: LIMIT)


def fill(*lengths):
    """Books with so many reviews, the last of which has as many replies."""
    library.execute(insert(Author), [{"id": 1, "first_name": "A", "last_name": "B"}])
    library.execute(insert(Book), [{"id": n, "title": "B", "author_id": 1} for n in range(1, len(lengths) + 1)])
    number = 0
    for book, length in enumerate(lengths, 1):
        for _ in range(length):
            number += 1
            library.execute(insert(Review).values(id=number, book_id=book, stars=1))
        for reply in range(length):
            library.execute(insert(Reply).values(id=number * 100 + reply, review_id=number, text=str(reply)))


def lengths_of(found):
    return [(len(book["reviews"]), [len(review["replies"]) for review in book["reviews"]]) for book in found]


@pytest.mark.parametrize("schema", [BookShown, Called])
@pytest.mark.parametrize("lengths", [(1, 2), (3, 3), (4, 1, 9), (50, 2, 3, 40), (0, 45)])
def test_lists_are_cut_one_by_one_and_in_a_list(shelves, schema, lengths):
    fill(*lengths)
    books = loading(schema, Book)

    every = books.all().data

    assert [len(book["reviews"]) for book in every] == [min(length, LIMIT) for length in lengths]
    assert [book["reviews"] for book in every] == [
        books.get(number).data["reviews"] for number in range(1, len(lengths) + 1)
    ]
    firsts = [1 + sum(lengths[:number]) for number in range(len(lengths))]
    for book, first in zip(every, firsts, strict=True):
        assert [review["id"] for review in book["reviews"]] == list(range(first, first + len(book["reviews"])))


@pytest.mark.parametrize("length", [2, 3, 8, 60])
def test_lists_within_lists_and_plucked_ones_are_cut(shelves, length):
    fill(length)

    assert loading(Plucked, Book).get(1).data == {"id": 1, "reviews": list(range(1, min(length, LIMIT) + 1))}
    reviews = loading(ReviewShown, Review)
    assert len(reviews.get(length).data["replies"]) == min(length, LIMIT)
    authors = Schema.from_dict({"books": fields.List(fields.Nested(BookShown))})
    shown = loading(authors, Author).get(1).data["books"]
    assert lengths_of(shown)[0][0] == min(length, LIMIT)


@pytest.mark.parametrize(("schema", "name"), [(BookShown, "Book.reviews"), (Called, "Called.reviews")])
def test_that_there_is_more_is_logged_once(shelves, caplog, schema, name):
    fill(LIMIT, LIMIT + 1)
    books = loading(schema, Book)

    with caplog.at_level(logging.WARNING, logger="beastmode"):
        books.get(1)
        assert caplog.messages == []
        for _ in range(3):
            books.all()
            books.get(2)

    assert len(caplog.messages) == 1
    assert caplog.messages[0] == (
        f"{name} has more than 3 items; only the first 3 are returned (NESTED_LIMIT). Paginate them with a route of "
        "their own: listing=Listing()."
    )


def test_short_lists_take_no_statement_more(queries, shelves):
    fill(2, 3, 1)
    books = loading(Plucked, Book)

    with queries() as sent:
        books.get(2)
        assert len(sent) == 1
        books.all()
    assert len(sent) == 3


@pytest.mark.parametrize("schema", [StampShown, StampCalled])
def test_lists_in_a_json_column_are_cut(shelves, caplog, schema):
    five = [{"text": str(number)} for number in range(5)]
    words = loading(schema(only=("note",)), Stamp)
    lines = loading(schema(only=("lines",)), Stamp)
    assert bool(words.falls_back) is (schema is StampCalled)

    library.execute(insert(Stamp).values(note={"words": five}))
    assert words.first().data == {"note": {"words": five[:LIMIT]}}
    assert words.all().data == [{"note": {"words": five[:LIMIT]}}]
    library.execute(update(Stamp).values(note=five))
    assert lines.all().data == [{"lines": five[:LIMIT]}]
    assert [message.split(" has ")[0] for message in caplog.messages] == ["Line.words", f"{schema.__name__}.lines"]

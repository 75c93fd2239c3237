"""Related rows are joined or selected beside the rows that show them, a fixed number of statements for any number."""

import pytest
from filled import dumped, fill_shelves, written
from marshmallow import Schema, fields
from shelves import Author, Book, Folder, Passport, Review, library
from sqlalchemy import delete, insert, update

from beastmode.query import loading


class PublisherShown(Schema):
    id = fields.Integer()
    name = fields.String(data_key="houseName")
    city = fields.String()


class AuthorShown(Schema):
    id = fields.Integer()
    name = fields.String()
    publisher = fields.Nested(PublisherShown)


class PassportShown(Schema):
    number = fields.String()
    author = fields.Nested(AuthorShown)


class ReplyShown(Schema):
    text = fields.String()


class ReviewShown(Schema):
    stars = fields.Integer(as_string=True)
    text = fields.String()
    critic = fields.Nested(AuthorShown, data_key="by")
    replies = fields.Nested(ReplyShown, many=True)


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()
    added_at = fields.DateTime()
    stars = fields.Integer()
    author = fields.Nested(AuthorShown)
    reviews = fields.List(fields.Nested(ReviewShown))


class Shelfmates(Schema):
    """A book, its author, and the author's books with their reviews: a list behind a relation, and one in a list."""

    title = fields.String()
    author = fields.Nested(
        {
            "last_name": fields.String(),
            "books": fields.List(fields.Nested(BookShown(only=("title", "reviews.stars", "reviews.critic.publisher")))),
            "passport": fields.Nested(PassportShown(only=("number",))),
        }
    )


class Plucked(Schema):
    writer = fields.Pluck(AuthorShown, "name", attribute="author", dump_only=True)
    house = fields.Nested({"publisher": fields.Pluck(PublisherShown, "name")}, attribute="author", dump_only=True)
    stars = fields.Pluck(ReviewShown, "stars", many=True, attribute="reviews", dump_only=True)
    words = fields.List(fields.Pluck(ReviewShown, "text"), attribute="reviews", dump_only=True)


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


@pytest.mark.parametrize(
    ("schema", "model", "statements"),
    [
        (AuthorShown(), Author, 1),
        (PassportShown(), Passport, 1),
        (BookShown(), Book, 3),
        (BookShown(only=("title", "author.publisher.city")), Book, 1),
        (BookShown(exclude=("reviews.replies", "author")), Book, 2),
        (BookShown(many=True), Book, 3),
        (Shelfmates(), Book, 3),
        (Plucked(only=("writer", "house")), Book, 1),
        (Plucked(only=("stars",)), Book, 2),
        (Plucked(only=("words",)), Book, 2),
        (Schema.from_dict({"folders": fields.Nested({"name": fields.String()}, many=True)})(), Folder, 2),
        (Schema.from_dict({"parent": fields.Nested({"parent": fields.Pluck(BookShown, "id")})})(), Folder, 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Schema) else None,
)
def test_relations_are_shown_as_the_schema_dumps_them(queries, schema, model, statements):
    expected = dumped(schema, model)
    found = loading(schema, model)

    with queries() as sent:
        items = found.all()

    assert found.falls_back is None
    assert written(items) == expected
    assert len(sent) == statements


def test_one_item_and_the_lists_that_refer_to_it_take_one_statement(queries):
    schema = BookShown(exclude=("reviews.replies",))
    books = loading(schema, Book)

    with queries() as sent:
        items = [books.get(key).data for key in (1, 2, 3, 4)]

    assert items == books.all().data
    assert len(sent) == 4 * 1


def test_lists_within_lists_take_a_statement_each(queries):
    books = loading(BookShown, Book)

    with queries() as sent:
        item = books.get(1).data

    assert item == books.all().data[0]
    assert [len(review["replies"]) for review in item["reviews"]] == [2, 0]
    assert len(sent) == 2


def test_a_list_keeps_the_order_of_its_relation(shelves):
    titles = Schema.from_dict({"books": fields.Pluck(BookShown, "title", many=True)})
    authors = loading(titles, Author)

    assert authors.get(1).data == {"books": ["Sums", "Gears"]}
    assert authors.all().data == [{"books": ["Sums", "Gears"]}, {"books": ["Stones"]}, {"books": []}]


def test_a_missing_parent_has_no_lists_even_if_rows_refer_to_it(shelves):
    found = loading(BookShown, Book).where(Book.title == "Stones")

    with pytest.raises(Exception, match="not found") as refused:
        found.get(1)

    assert refused.value.code == 404


def test_two_lists_of_one_item_are_kept_apart(queries):
    class Both(Schema):
        name = fields.String()
        folders = fields.List(fields.Pluck(BookShown, "id"))
        copies = fields.Pluck({"name": fields.String()}, "name", many=True, attribute="folders", dump_only=True)

    folders = loading(Both(), Folder)

    with queries() as sent:
        item = folders.get(1).data

    assert item == {"name": "root", "folders": [2, 3], "copies": ["folder 2", "folder 3"]}
    assert len(sent) == 1


def test_no_column_is_selected_that_is_not_shown(queries):
    found = loading(BookShown(only=("title", "author.name")), Book)

    with queries() as sent:
        found.all()

    assert "body" not in sent[0]
    assert "biography" not in sent[0]


def test_the_parents_of_a_page_are_asked_for_their_lists_at_once(queries):
    library.execute(insert(Book), [{"id": number, "title": f"No. {number}"} for number in range(10, 200)])
    library.execute(insert(Review), [{"book_id": 10 + number % 190, "stars": number} for number in range(500)])
    found = loading(BookShown(only=("id", "reviews.stars")), Book)

    with queries() as sent:
        items = found.all().data

    assert len(sent) == 2
    assert sum(len(item["reviews"]) for item in items) == 503


def test_more_parents_than_a_statement_has_room_for_are_asked_in_parts(queries, monkeypatch):
    monkeypatch.setattr("beastmode.query.read.rows.CHUNK", 3)
    expected = dumped(BookShown(), Book)

    with queries() as sent:
        items = loading(BookShown, Book).all()

    assert written(items) == expected
    assert len(sent) == 1 + 2 + 1


def test_a_reference_to_a_row_that_is_gone_shows_nothing(shelves):
    library.execute(update(Book).values(author_id=None))
    library.execute(update(Review).values(critic_id=None))
    library.execute(update(Folder).values(owner_id=None))
    library.execute(delete(Author).where(Author.id == 3))

    assert {item["author"] and 1 for item in loading(BookShown, Book).all().data} == {None}

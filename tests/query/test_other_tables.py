"""A condition on a table that nothing joins is refused: it would combine every row with every row."""

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Author, Book, Publisher
from sqlalchemy import bindparam, exists, func, literal, select, text
from sqlalchemy.orm import aliased

from beastmode.core.errors import ConfigurationError
from beastmode.query import Ordering, Window, loading


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()


class AuthorName(Schema):
    first_name = fields.String()


class BookAndAuthor(BookShown):
    author = fields.Nested(AuthorName)


class Shouted(BookShown):
    title = fields.Function(lambda book: book.title.upper())


@pytest.fixture(autouse=True)
def _filled(shelves):
    fill_shelves()


OTHERS = {
    "a column": Author.first_name == "Ada",
    "in a larger condition": (Book.title == "x") | (Author.first_name == "Ada"),
    "in a function": func.lower(Author.first_name) == "ada",
    "by its key, which gives a row for each match": Author.id == Book.author_id,
    "another row of the same table": aliased(Book).id == 1,
    "a table two steps away": Publisher.name == "x",
}
WAYS = {
    "all": lambda books: books.all(),
    "first": lambda books: books.first(),
    "get": lambda books: books.get(1),
    "page": lambda books: books.page(Window(orderings=(Ordering(Book.title),), limit=2, offset=0, count_limit=9)),
    "update": lambda books: books.update(1, {"title": "x"}),
    "delete": lambda books: books.delete(1),
}


@pytest.mark.parametrize("schema", [BookShown, BookAndAuthor, Shouted])
@pytest.mark.parametrize("use", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("condition", OTHERS.values(), ids=OTHERS)
def test_a_condition_on_another_table_is_refused_before_anything_is_sent(queries, schema, use, condition):
    books = loading(schema, Book).where(condition)

    with queries() as sent, pytest.raises(ConfigurationError, match=r"where\(\): .* is not joined"):
        use(books)

    assert len(sent) == 0


@pytest.mark.parametrize("given", ["order_by", "owned_by"])
def test_so_is_an_order_and_an_owner(given):
    books = getattr(loading(BookShown, Book), given)(Author.id)

    with pytest.raises(ConfigurationError, match=rf"{given}\(\): authors is not joined"):
        books.first()


def test_the_message_says_what_to_write():
    with pytest.raises(ConfigurationError) as one:
        loading(BookShown, Book).where(Author.first_name == "Ada").all()
    with pytest.raises(ConfigurationError) as several:
        loading(AuthorName, Author).where(Book.title == "Tides").all()

    assert str(one.value) == (
        "A loading of Book, where(): authors is not joined, so each of its rows would be combined with every row of "
        "books; write the condition as Book.author.has(...) or Book.<column>.in_(select(...))."
    )
    assert "write the condition as Author.books.any(...) or" in str(several.value)


RIGHT = {
    "has": Book.author.has(Author.first_name == "Ada"),
    "a subquery": Book.author_id.in_(select(Author.id).where(Author.first_name == "Ada")),
    "exists": exists().where(Author.id == Book.author_id, Author.first_name == "Ada"),
    "a scalar subquery": select(Author.first_name).where(Author.id == Book.author_id).scalar_subquery() == "Ada",
    "text": text("books.id > 0"),
    "a literal": literal(value=True),
    "a parameter": Book.id > bindparam("least", 0),
    "its own table": Book.__table__.c.id > 0,
}


@pytest.mark.parametrize("schema", [BookShown, BookAndAuthor, Shouted])
@pytest.mark.parametrize("condition", RIGHT.values(), ids=RIGHT)
def test_every_other_condition_goes_on_working(schema, condition):
    books = loading(schema, Book).where(condition)

    found = books.all().data

    assert len({book["id"] for book in found}) == len(found)
    assert books.order_by(Book.title.desc()).first() is None or found

"""What is sent to psycopg directly is what SQLAlchemy would have sent, and gives what it would have given."""

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Author, Book, library
from sqlalchemy import Integer, String, bindparam, func, literal_column, select
from sqlalchemy.exc import DBAPIError, OperationalError

from beastmode.db import loading, transaction
from beastmode.db.session import current_work
from beastmode.db.shortcut import USES, Shortcut
from beastmode.testing.queries import Queries

pytestmark = pytest.mark.postgres


class AuthorShown(Schema):
    id = fields.Integer()
    last_name = fields.String()


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()
    added_at = fields.DateTime()
    author = fields.Nested(AuthorShown, allow_none=True)


@pytest.fixture
def filled(postgres_library):
    """An application of its own: an engine that somebody has ever listened to takes no shortcut again."""
    from filled import empty, opened

    with postgres_library.app_context():
        empty()
        fill_shelves()
        url = library.engine.url.render_as_string(hide_password=False)
    for app in opened(url):
        with app.app_context():
            yield app


def by_the_shortcut(shortcut, statement, params):
    """The rows once the statement has proved to be kept."""
    connection = current_work().connect()
    for _ in range(USES):
        assert shortcut.fetch(connection, statement, params) is None
    return shortcut.fetch(connection, statement, params)


def test_a_statement_that_is_kept_takes_the_shortcut_and_gives_the_same_rows(filled):
    statement = (
        select(Book.id, Book.title).where(Book.id > bindparam("least"), Book.title != "Beowulf").order_by(Book.id)
    )

    rows = by_the_shortcut(Shortcut(), statement, {"least": 1})

    assert rows == [tuple(row) for row in library.execute(statement, {"least": 1})]
    assert rows != []


def test_a_loading_gives_the_same_with_the_shortcut_and_without(filled):
    books = loading(BookShown, Book)
    with Queries(filled)():
        expected = [books.get(1), books.all(), books.get(4)]

    found = [[books.get(1), books.all(), books.get(4)] for _ in range(USES + 2)]

    assert all(each == expected for each in found)


def test_whoever_counts_statements_counts_all_of_them(filled):
    authors = loading(AuthorShown, Author)
    for _ in range(USES + 1):
        authors.get(1)

    with Queries(filled)() as sent:
        authors.get(1)

    assert len(sent) == 1


def test_a_value_that_sqlalchemy_converts_goes_through_it(filled):
    statement = select(Book.id).where(Book.added_at < bindparam("moment", type_=Book.added_at.type))
    connection, shortcut = current_work().connect(), Shortcut()

    sent = [shortcut.fetch(connection, statement, {"moment": None}) for _ in range(USES + 2)]

    assert sent == [None] * (USES + 2)


def test_what_a_transaction_has_written_is_read_in_it(filled):
    authors = loading(AuthorShown, Author)
    for _ in range(USES + 1):
        authors.get(1)

    with transaction():
        authors.update(1, {"last_name": "Byron"})

        assert authors.get(1).data["last_name"] == "Byron"
    assert authors.get(1).data["last_name"] == "Byron"


def test_an_error_is_raised_as_sqlalchemy_raises_it(filled):
    broken = select(literal_column("1 / (id - id)", Integer)).select_from(Author)
    shortcut = Shortcut()
    shortcut._found[broken] = USES

    with pytest.raises(DBAPIError, match="division by zero"):
        shortcut.fetch(current_work().connect(), broken, {})


def test_a_connection_that_was_lost_is_replaced_at_once(filled):
    authors = loading(AuthorShown, Author)
    for _ in range(USES + 1):
        authors.get(1)
    process = current_work().connect().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with library.engine.connect() as other:
        other.execute(select(func.pg_terminate_backend(process)))

    assert authors.get(1).data["id"] == 1


def test_a_statement_that_takes_too_long_is_not_asked_again(filled):
    slow = select(literal_column("pg_sleep(2)", String))
    shortcut, connection = Shortcut(), current_work().connect()
    shortcut._found[slow] = USES
    connection.exec_driver_sql("SET statement_timeout = 50")

    with pytest.raises(OperationalError, match="statement timeout"):
        shortcut.fetch(connection, slow, {})
    connection.invalidate()


def test_a_statement_made_for_one_request_is_not_compiled_for_it(filled):
    shortcut = Shortcut()

    for number in range(20):
        assert shortcut.fetch(current_work().connect(), select(Author.id).where(Author.id == number), {}) is None

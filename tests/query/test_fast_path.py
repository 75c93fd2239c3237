"""What is sent to psycopg directly is what SQLAlchemy would have sent, and gives what it would have given."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from filled import fill_shelves
from marshmallow import Schema, fields
from shelves import Author, Book, library
from sqlalchemy import Integer, String, bindparam, event, func, literal_column, select
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from beastmode.db import transaction
from beastmode.db.driver.fast_path import FastPath
from beastmode.db.session import current_work
from beastmode.query import loading
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
    """An application of its own: an engine that somebody has ever listened to leaves the fast path for good."""
    from filled import empty, opened

    with postgres_library.app_context():
        empty()
        fill_shelves()
        url = library.engine.url.render_as_string(hide_password=False)
    for app in opened(url):
        with app.app_context():
            yield app


def by_the_fast_path(fast_path, statement, params):
    """The rows that the driver gives."""
    return fast_path.fetch(current_work().connect(), statement, params)


def test_a_statement_that_is_kept_takes_the_fast_path_and_gives_the_same_rows(filled):
    statement = (
        select(Book.id, Book.title).where(Book.id > bindparam("least"), Book.title != "Beowulf").order_by(Book.id)
    )

    rows = by_the_fast_path(FastPath(), statement, {"least": 1})

    assert rows == [tuple(row) for row in library.execute(statement, {"least": 1})]
    assert rows != []


def test_a_loading_gives_the_same_with_the_fast_path_and_without(filled):
    books = loading(BookShown, Book)
    with Queries(filled)():
        expected = [books.get(1), books.all(), books.get(4)]

    found = [[books.get(1), books.all(), books.get(4)] for _ in range(3)]

    assert all(each == expected for each in found)


def test_whoever_counts_statements_counts_all_of_them(filled):
    authors = loading(AuthorShown, Author)
    authors.get(1)

    with Queries(filled)() as sent:
        authors.get(1)

    assert len(sent) == 1


def test_a_value_that_sqlalchemy_converts_is_converted(filled):
    statement = select(Book.id).where(Book.added_at < bindparam("moment", type_=Book.added_at.type)).order_by(Book.id)
    late = datetime(2030, 1, 1, tzinfo=timezone(timedelta(hours=3)))

    rows = by_the_fast_path(FastPath(), statement, {"moment": late})

    assert rows == [(1,), (2,), (3,), (4,)]


def test_a_value_that_cannot_be_converted_is_refused_as_sqlalchemy_refuses_it(filled):
    statement = select(Book.id).where(Book.added_at < bindparam("moment", type_=Book.added_at.type))
    current_work().fetch(statement, {"moment": datetime(2030, 1, 1, tzinfo=UTC)})

    with pytest.raises(StatementError, match="has no time zone"):
        current_work().fetch(statement, {"moment": datetime(2030, 1, 1)})  # noqa: DTZ001 - that is what is wrong


def test_a_value_is_asked_for_with_each_run(filled):
    wanted = iter(range(1, 20))
    statement = select(Book.id).where(Book.id == bindparam("book", type_=Integer, callable_=lambda: next(wanted)))
    connection, fast_path = current_work().connect(), FastPath()

    assert [fast_path.fetch(connection, statement, {}) for _ in range(3)] == [[(1,)], [(2,)], [(3,)]]


def test_a_schema_that_is_chosen_for_each_connection_is_asked(filled):
    statement = select(Author.id)
    fast_path = FastPath()
    by_the_fast_path(fast_path, statement, {})

    elsewhere = library.reader.connect().execution_options(schema_translate_map={None: "elsewhere"})

    with elsewhere:
        assert fast_path.fetch(elsewhere, statement, {}) is None


@pytest.mark.parametrize("name", ["do_execute", "do_setinputsizes"])
def test_whoever_takes_part_in_the_execution_goes_on_doing_so(filled, name):
    statement = select(Author.id)
    fast_path = FastPath()
    by_the_fast_path(fast_path, statement, {})

    event.listen(library.reader, name, lambda *_: None)

    assert fast_path.fetch(current_work().connect(), statement, {}) is None


def test_whoever_listens_to_errors_is_told(filled):
    broken = select(literal_column("1 / (id - id)", Integer)).select_from(Author)
    told = []
    event.listen(library.reader, "handle_error", lambda context: told.append(context.statement))

    with pytest.raises(DBAPIError, match="division by zero"):
        by_the_fast_path(FastPath(), broken, {})

    assert len(told) == 1


def test_an_error_shows_no_values_where_the_engine_hides_them(filled):
    broken = select(literal_column("1 / (id - id)", Integer)).where(Author.last_name != bindparam("secret"))
    library.reader.hide_parameters = True

    with pytest.raises(DBAPIError) as raised:
        by_the_fast_path(FastPath(), broken, {"secret": "hush"})

    assert "hush" not in str(raised.value)


def test_a_read_in_a_transaction_takes_the_fast_path_too(filled):
    statement = select(Author.id).order_by(Author.id)
    fast_path = FastPath()

    with transaction() as session:
        assert fast_path.fetch(session.connection(), statement, {}) == [(1,), (2,), (3,)]


def test_what_a_transaction_has_written_is_read_in_it(filled):
    authors = loading(AuthorShown, Author)
    authors.get(1)

    with transaction():
        authors.update(1, {"last_name": "Byron"})

        assert authors.get(1).data["last_name"] == "Byron"
    assert authors.get(1).data["last_name"] == "Byron"


def test_an_error_is_raised_as_sqlalchemy_raises_it(filled):
    broken = select(literal_column("1 / (id - id)", Integer)).select_from(Author)
    with pytest.raises(DBAPIError, match="division by zero"):
        by_the_fast_path(FastPath(), broken, {})


def test_a_connection_that_was_lost_is_replaced_at_once(filled):
    authors = loading(AuthorShown, Author)
    authors.get(1)
    process = current_work().connect().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    with library.engine.connect() as other:
        other.execute(select(func.pg_terminate_backend(process)))

    assert authors.get(1).data["id"] == 1


def test_a_statement_that_takes_too_long_is_not_asked_again(filled):
    slow = select(literal_column("pg_sleep(2)", String))
    connection = current_work().connect()
    connection.exec_driver_sql("SET statement_timeout = 50")

    with pytest.raises(OperationalError, match="statement timeout"):
        by_the_fast_path(FastPath(), slow, {})
    connection.invalidate()


def test_a_loading_that_a_request_makes_for_itself_is_executed_by_sqlalchemy(filled, monkeypatch):
    """Its statements are not run again, and SQLAlchemy recognizes them; those of a module are the driver's."""
    prepared = []
    monkeypatch.setattr(FastPath, "prepared", lambda _, __, statement: prepared.append(statement))
    authors = loading(AuthorShown, Author)
    with filled.test_request_context():
        assert authors.where(Author.id == 1).all().data == [{"id": 1, "last_name": "Moore"}]
        assert prepared == []
        authors.get(1)

    assert len(prepared) == 1

"""A loading says which way it takes, and takes the same one from its first run on."""

import pytest
from filled import library, opened
from marshmallow import Schema, fields
from shelves import Author, Book
from sqlalchemy import bindparam, event

from beastmode.query import loading
from beastmode.query.way import Way


class AuthorShown(Schema):
    id = fields.Integer()
    last_name = fields.String()


class AuthorCalled(AuthorShown):
    initial = fields.Function(lambda author: author.last_name[0])


class BookShown(Schema):
    id = fields.Integer()
    title = fields.String()


ALL_ROWS = {"insert": Way.ROWS, "update": Way.ROWS, "delete": Way.ROWS}


@pytest.fixture
def app_of(request):
    """An application of its own, since whoever listens to an engine does so for good."""

    def of(fixture):
        with request.getfixturevalue(fixture).app_context():
            url = library.engine.url.render_as_string(hide_password=False)
        apps = opened(url)
        request.addfinalizer(lambda: next(apps, None))
        return next(apps)

    return of


@pytest.mark.postgres
def test_on_postgresql_the_driver_gives_the_rows(app_of):
    """It is the short way, for reads and for writes of a single row."""
    with app_of("postgres_library").app_context():
        authors = loading(AuthorShown, Author)

        assert authors.way is Way.DRIVER
        assert authors.write_ways["insert"] is Way.DRIVER


@pytest.mark.postgres
def test_a_value_whose_text_differs_from_run_to_run_takes_sqlalchemy(app_of):
    """An expanding IN is written anew for each list."""
    with app_of("postgres_library").app_context():
        authors = loading(AuthorShown, Author).where(Author.id.in_(bindparam("ids", expanding=True)))

        assert authors.way is Way.ROWS


@pytest.mark.postgres
def test_whoever_listens_to_statements_is_told_of_all_of_them(app_of):
    """Tracing and counting go on working, at SQLAlchemy's price."""
    app = app_of("postgres_library")
    with app.app_context():
        authors = loading(AuthorShown, Author)
        event.listen(library.reader, "before_cursor_execute", lambda *_: None)

        assert authors.way is Way.ROWS


def test_on_sqlite_sqlalchemy_executes_the_statements(sqlite_library):
    """There is no driver that would be faster by itself."""
    with sqlite_library.app_context():
        assert loading(AuthorShown, Author).way is Way.ROWS


def test_a_schema_that_calls_code_loads_entities(sqlite_library):
    """Only an entity has what a function asks for; `falls_back` says which field it was."""
    with sqlite_library.app_context():
        authors = loading(AuthorCalled, Author)

        assert (authors.way, authors.falls_back is not None) == (Way.ENTITIES, True)


def test_a_listener_to_a_models_writes_has_the_session_write(sqlite_library):
    """As long as there is one."""

    def told(*_):
        """Hear of it."""

    with sqlite_library.app_context():
        books = loading(BookShown, Book)
        before = books.write_ways["insert"]
        event.listen(Book, "before_insert", told)
        try:
            during = books.write_ways["insert"]
        finally:
            event.remove(Book, "before_insert", told)

    assert (before, during) == (Way.ROWS, Way.ENTITIES)

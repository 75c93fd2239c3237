"""A streamed answer: whole, broken off or a 500, and without a connection of the database while its client reads."""

import json
from contextvars import copy_context

import pytest
from flask import Response, stream_with_context
from notebook import Note, database
from sqlalchemy import insert, select
from werkzeug.test import EnvironBuilder

from beastmode import Problem, transaction


@pytest.fixture
def stream(make_on_postgres):
    """Asks for a streamed answer, as a server does: the status, and an iterator over the parts."""

    def stream(*makers, **config):
        def declare(blueprint):
            for number, maker in enumerate(makers):

                def view(maker=maker):
                    return Response(stream_with_context(maker()))

                view.__name__ = f"stream_{number}"
                blueprint.get(f"/{number}", public=True)(view)

        app = make_on_postgres(declare, DATABASE_POOL_SIZE=4, **config)
        with app.app_context():
            database.execute(insert(Note), [{"text": f"note {number}"} for number in range(9)])
        return app

    return stream


def ask(app, number=0):
    statuses = []
    environ = EnvironBuilder(f"/api/v1/notes/{number}").get_environ()
    body = app(environ, lambda status, headers, exc_info=None: statuses.append(status[:3]))
    return statuses[-1], body


def checked_out(app):
    engines = app.extensions["beastmode.database"].engines
    return engines.reader.pool.checkedout() + engines.writer.pool.checkedout()


def of_entities():
    for note in database.session.scalars(select(Note).order_by(Note.id)):
        yield f"{note.text}\n"


def of_rows():
    for (written,) in database.execute(select(Note.text).order_by(Note.id)):
        yield f"{written}\n"


def of_queries():
    for key in range(1, 11):
        yield f"{database.execute(select(Note.text).where(Note.id == key)).scalar()}\n"


def of_a_snapshot():
    with transaction(read_only=True) as session:
        for note in session.scalars(select(Note).order_by(Note.id)):
            yield f"{note.text}\n"


EXPECTED = b"first\n" + b"".join(f"note {number}\n".encode() for number in range(9))


@pytest.mark.postgres
@pytest.mark.parametrize("maker", [of_entities, of_rows, of_queries], ids=lambda maker: maker.__name__)
def test_it_holds_no_connection_while_its_client_reads(stream, maker):
    app = stream(maker)

    status, body = ask(app)
    parts = []
    for part in body:
        assert checked_out(app) == 0
        parts.append(part)
    body.close()

    assert (status, b"".join(parts)) == ("200", EXPECTED)


@pytest.mark.postgres
def test_a_snapshot_holds_one_and_there_are_fewer_of_these_than_connections(stream):
    app = stream(of_a_snapshot)

    # In a context each, as in a thread each: Flask's contexts are what they hold.
    contexts = [copy_context() for _ in range(4)]
    asked = [context.run(ask, app) for context in contexts]

    assert [status for status, _ in asked] == ["200", "200", "503", "503"]
    assert checked_out(app) == 2
    texts = [context.run(whole, body) for context, (_, body) in zip(contexts, asked, strict=True)]
    assert texts[:2] == [EXPECTED, EXPECTED]
    assert checked_out(app) == 0
    assert copy_context().run(lambda: whole(ask(app)[1])) == EXPECTED


def whole(body):
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()


def fails_at_once():
    raise RuntimeError("before the first part")
    yield ""


def fails_after_nothing():
    yield ""
    raise RuntimeError("before the first byte")


def refuses():
    raise Problem(404, "There is none.")
    yield ""


def fails_later():
    yield "one,"
    yield "two,"
    raise RuntimeError("in the middle")


def makes_nothing():
    yield from ()


@pytest.mark.postgres
@pytest.mark.parametrize(("maker", "status"), [(fails_at_once, 500), (fails_after_nothing, 500), (refuses, 404)])
def test_one_that_fails_before_its_first_byte_is_an_error_like_any_other(stream, maker, status):
    app = stream(maker)

    found, body = ask(app)

    assert found == str(status)
    assert json.loads(whole(body))["success"] is False
    assert checked_out(app) == 0


@pytest.mark.postgres
def test_one_that_fails_later_fails_for_the_server_which_breaks_the_connection(stream):
    status, body = ask(stream(fails_later))
    parts = iter(body)

    assert (status, next(parts), next(parts)) == ("200", b"one,", b"two,")
    with pytest.raises(RuntimeError, match="in the middle"):
        next(parts)
    body.close()


@pytest.mark.postgres
def test_one_without_a_part_is_an_empty_answer(stream):
    status, body = ask(stream(makes_nothing))

    assert (status, list(body)) == ("200", [])
    body.close()


@pytest.mark.postgres
def test_a_head_request_asks_for_no_part(stream):
    app = stream(of_queries)

    assert app.test_client().head("/api/v1/notes/0").status_code == 200
    assert checked_out(app) == 0

"""Whatever answers 503, one line of the log says why; beside it stand only the lines of the requests."""

import logging
import socket
import sqlite3
from contextvars import copy_context

import pytest
from flask import Flask, Response, abort, stream_with_context
from notebook import Note, database, notebook
from sqlalchemy import select, text
from werkzeug.test import EnvironBuilder

from beastmode import Api, Beastmode, Blueprint, Problem, transaction
from beastmode.core import telling

# What PostgreSQL says where it will not do it now: https://www.postgresql.org/docs/current/errcodes-appendix.html
STATES = {
    "53300": "TooManyConnections",
    "53200": "OutOfMemory",
    "53100": "DiskFull",
    "57014": "QueryCanceled",
    "57P01": "AdminShutdown",
    "57P03": "CannotConnectNow",
    "55P03": "LockNotAvailable",
    "08006": "ConnectionFailure",
    "40001": "SerializationFailure",
    "40P01": "DeadlockDetected",
}


@pytest.fixture
def told(caplog):
    """Every line at ERROR, of whatever logger."""
    telling.told.clear()
    return lambda: [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


def ask(app, path="/api/v1/notes/x", method="GET"):
    return app.test_client().open(path, method=method)


def refuses_with(state):
    def view():
        database.execute(text(f"DO $$ BEGIN RAISE EXCEPTION 'as it is today' USING errcode = '{state}'; END $$"))

    return lambda blueprint: blueprint.get("/x", public=True)(view)


@pytest.mark.postgres
@pytest.mark.parametrize(("state", "name"), STATES.items())
def test_what_postgresql_cannot_do_now(make_on_postgres, told, state, name):
    app = make_on_postgres(refuses_with(state))

    answers = [ask(app) for _ in range(3)]

    assert [(one.status_code, one.headers["Retry-After"]) for one in answers] == [(503, "1")] * 3
    assert told() == [f"GET /api/v1/notes/x returned 503: {name}: as it is today"]


@pytest.mark.postgres
def test_a_pool_without_a_connection(make_on_postgres, told):
    app = make_on_postgres(reads, DATABASE_POOL_SIZE=1, DATABASE_TIMEOUT_SECONDS=0.1)

    with app.app_context(), database.reader.connect():
        assert ask(app).status_code == 503

    (line,) = told()
    limit = "QueuePool limit of size 1 overflow 0 reached, connection timed out, timeout 0.10"
    assert line.startswith(f"GET /api/v1/notes/x returned 503: TimeoutError: {limit}")


def snapshots(blueprint):
    def view():
        def parts():
            with transaction(read_only=True) as session:
                yield from (f"{note.text}\n" for note in session.scalars(select(Note)))

        return Response(stream_with_context(parts()))

    blueprint.get("/x", public=True)(view)


@pytest.mark.postgres
def test_more_streams_than_may_hold_a_connection(make_on_postgres, told):
    app = make_on_postgres(snapshots, DATABASE_POOL_SIZE=2)  # the half of them

    # In a context each, as in a thread each: Flask's contexts are what they hold.
    contexts = [copy_context() for _ in range(2)]
    asked = [context.run(begin, app) for context in contexts]

    assert [status for status, _ in asked] == ["200", "503"]
    cause = "Problem: Too many streams are holding a database connection; try again"
    assert told() == [f"GET /api/v1/notes/x returned 503: {cause}"]
    contexts[0].run(b"".join, asked[0][1])


def begin(app):
    """The status of an answer, and its body, of which nothing has been read."""
    statuses = []
    environ = EnvironBuilder("/api/v1/notes/x").get_environ()
    body = app(environ, lambda status, headers, exc_info=None: statuses.append(status[:3]))
    return statuses[-1], body


def reads(blueprint):
    def view():
        return str(database.execute(select(Note.id)).scalar())

    blueprint.get("/x", public=True)(view)


def writes(blueprint):
    @transaction
    def view():
        database.execute(text("UPDATE notes SET stars = 1"))
        return ""

    blueprint.post("/x", public=True)(view)


def test_a_server_that_is_away(told):
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    app = Flask("notebook")
    url = f"postgresql://postgres@127.0.0.1:{port}/notebook"
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url, PROPAGATE_EXCEPTIONS=False)
    blueprint = Blueprint("notes", version="v1", url_prefix="/notes")
    reads(blueprint)
    api = Api("Notebook")
    api.register(blueprint)
    Beastmode(app, database=database, api=api)

    assert ask(app).status_code == 503

    (line,) = told()
    assert line.startswith("GET /api/v1/notes/x returned 503: OperationalError: connection failed: ")


def test_a_sqlite_file_that_somebody_else_writes(told, tmp_path):
    file = tmp_path / "notebook.db"
    app = notebook(writes, f"sqlite:///{file}", DATABASE_TIMEOUT_SECONDS=0.1)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    answers = [ask(app, method="POST").status_code for _ in range(3)]

    holder.close()
    assert answers == [503] * 3
    assert told() == ["POST /api/v1/notes/x returned 503: OperationalError: database is locked"]


SHUT = "The shop is shut."


def shut():
    abort(503, SHUT)


def shut_without_a_word():
    return Response(status=503)


def shut_by_a_problem():
    raise Problem(503, SHUT, headers={"Retry-After": "60"})


VIEWS = {
    shut: f"ServiceUnavailable: {SHUT}",
    shut_by_a_problem: f"Problem: {SHUT}",
    shut_without_a_word: "the application gave no reason",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_the_project(told, tmp_path, view):
    def declare(blueprint):
        blueprint.get("/x", public=True)(view)

    app = notebook(declare, f"sqlite:///{tmp_path / 'notebook.db'}")
    app.get("/page")(view)

    for path in ("/api/v1/notes/x", "/page"):
        telling.told.clear()
        assert [ask(app, path).status_code for _ in range(3)] == [503] * 3

    assert told() == [f"GET {path} returned 503: {VIEWS[view]}" for path in ("/api/v1/notes/x", "/page")]


def test_an_error_that_the_project_answers_itself(told, tmp_path):
    app = notebook(lambda _: None, f"sqlite:///{tmp_path / 'notebook.db'}")
    app.get("/page")(lambda: 1 / 0)
    app.register_error_handler(ZeroDivisionError, lambda _: ("back soon", 503))

    assert [ask(app, "/page").status_code for _ in range(3)] == [503] * 3

    assert told() == ["GET /page returned 503: the application gave no reason"]


def test_a_view_that_is_answered_otherwise_by_the_project_is_none_of_them(told, tmp_path):
    app = notebook(lambda blueprint: blueprint.get("/x", public=True)(shut), f"sqlite:///{tmp_path / 'notebook.db'}")
    app.register_error_handler(503, lambda _: {"shut": True})

    assert (ask(app).status_code, told()) == (200, [])


def test_a_site_without_an_api(told):
    site = Flask("shop")
    site.config["ENVIRONMENT"] = "testing"
    Beastmode(site)
    site.get("/page")(shut)

    assert [ask(site, "/page\n\x1b[2J").status_code, ask(site, "/page").status_code] == [404, 503]

    assert told() == ["GET /page returned 503: the application gave no reason"]


def test_what_is_not_ready_is_told_by_its_check_alone(told, tmp_path):
    app = notebook(reads, f"sqlite:///{tmp_path / 'notebook.db'}")

    def look():
        raise ConnectionError("no queue")

    app.extensions["beastmode.readiness"] = {"queue": look}

    assert [ask(app, "/health/ready").status_code for _ in range(3)] == [503] * 3
    assert told() == ["Not ready: queue: ConnectionError: no queue"]

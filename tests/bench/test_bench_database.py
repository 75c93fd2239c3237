"""The database that the blog is measured on: bench/subject.py fills it once, and finishes what was left half done."""

import re

import psycopg
import pytest
import queries
import run
import subject
from sqlalchemy import make_url

from blog import create_app
from servers import scratch_postgres

pytestmark = pytest.mark.postgres
FEWER = {"10000": "20", "100000": "100", "300000": "300"}
ROWS = {"profiles": 20, "users": 20, "posts": 100, "comments": 300}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The address of a database prepared for the bench, under another name and with fewer rows."""
    schema = re.sub(r"\b[13]?0+\b", lambda number: FEWER.get(number[0], number[0]), subject.SCHEMA.read_text())
    smaller = tmp_path_factory.mktemp("bench") / "schema.sql"
    smaller.write_text(schema)
    with scratch_postgres() as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "SCHEMA", smaller)
        patch.setattr(subject, "ROWS", ROWS)
        patch.setattr(subject, "DATABASE", make_url(url).database)
        patch.setenv("DATABASE_URL", url)
        subject.prepare()
        yield url


@pytest.fixture
def connect(prepared):
    """Connects to the database, whichever has its name by now."""
    return lambda: psycopg.connect(prepared, autocommit=True)


@pytest.fixture
def client(prepared):
    app = create_app({"ENVIRONMENT": "testing", "DATABASE_URL": prepared})
    yield app.test_client()
    app.extensions["beastmode.database"].engines.dispose()


def rows(connection):
    """How many rows each table has."""
    tables = [*ROWS, "credentials"]
    return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}


def test_it_has_the_rows_of_the_workload_and_one_password(connect):
    with connect() as connection:
        found = rows(connection)

    assert found == ROWS | {"posts": found["posts"], "credentials": 1}
    assert found["posts"] >= ROWS["posts"]


def test_the_ids_of_new_posts_go_on_after_the_last_row(client):
    token = client.post("/api/auth/login", json=run.LOGIN).get_json()["data"]["token"]

    answer = client.post("/api/v1/posts", json=run.BODY, headers={"Authorization": f"Bearer {token}"})

    assert answer.get_json()["data"]["id"] > ROWS["posts"]


def test_each_request_of_the_workload_sends_at_most_one_statement(client, monkeypatch):
    smaller = {
        "health": ("GET", "/health"),
        "one": ("GET", "/api/v1/users/4"),
        "page": ("GET", "/api/v2/users?page=3&per_page=5"),
        "nested": ("GET", "/api/v1/posts/77"),
        "create": ("POST", "/api/v1/posts"),
    }
    monkeypatch.setattr(run, "WORK", smaller)

    sent = queries.statements(client.application)

    assert {name: len(statements) for name, statements in sent.items()} == {
        "health": 0,
        "one": 1,
        "page": 1,
        "nested": 1,
        "create": 1,
    }


def test_a_complete_database_is_left_as_it_is(connect):
    with connect() as connection:
        connection.execute("insert into posts (user_id, title, body) values (1, 'Kept', 'Kept')")
        before = rows(connection)

    subject.prepare()

    with connect() as connection:
        assert rows(connection) == before


@pytest.mark.parametrize("lost", ["comments where id > 150", "credentials"])
def test_a_database_that_lacks_rows_is_filled_anew(connect, lost):
    with connect() as connection:
        connection.execute(f"delete from {lost}")

    subject.prepare()

    with connect() as connection:
        assert rows(connection) == ROWS | {"credentials": 1}


def test_a_database_of_other_migrations_is_made_anew(connect):
    with connect() as connection:
        connection.execute("update alembic_version set version_num = 'of another checkout'")

    subject.prepare()

    with connect() as connection:
        assert rows(connection) == ROWS | {"credentials": 1}

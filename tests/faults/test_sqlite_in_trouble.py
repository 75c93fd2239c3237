"""A SQLite file that somebody else holds, that may not be written, or whose disk is full."""

import contextlib
import subprocess
import sys

import pytest
from running import PASSWORD, Running

from beastmode.testing.databases import close_database

LOG_IN = {"email": "ada@example.com", "password": PASSWORD}
POST = {"title": "Written", "body": "At last."}
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement)
print("held", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def another_process_that_holds(address: str, *statements: str):
    """A process that has run these statements on the file, until the block ends."""
    words = [sys.executable, "-c", HOLD, address.removeprefix("sqlite:///"), *statements]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def hold_refusal(answer):
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json == {"success": False, "message": "The database is busy or unavailable; try again"}


@pytest.fixture
def blog(serve, sqlite_file) -> Running:
    with serve(sqlite_file, workers=2, DATABASE_TIMEOUT_SECONDS="0.2") as server:
        yield server


def test_who_reads_never_waits_for_a_writer_and_who_writes_is_told_to_come_back(blog, sqlite_file):
    with another_process_that_holds(sqlite_file, "BEGIN IMMEDIATE", "UPDATE posts SET title = 'half done'"):
        read = blog.ask("GET", "/api/v1/posts/1")
        ready = blog.ask("GET", "/health/ready")
        refused = [
            blog.ask("POST", "/api/v1/posts", POST),
            blog.ask("PATCH", "/api/v1/posts/1", POST),
            blog.ask("DELETE", "/api/v1/posts/1"),
            blog.ask("POST", "/api/auth/login", LOG_IN),
            blog.ask("POST", "/api/auth/register", {"email": "grace@example.com", "password": PASSWORD}),
        ]

    assert (read.status, ready.status) == (200, 200)
    for answer in refused:
        hold_refusal(answer)
    assert [blog.ask("POST", "/api/v1/posts", POST).status for _ in range(20)] == [201] * 20
    assert blog.ask("POST", "/api/auth/login", LOG_IN).status == 200


def test_who_comes_while_another_process_has_the_file_for_itself_is_told_to_come_back(fill, app_factory, sqlite_file):
    fill(sqlite_file)
    app = app_factory({"ENVIRONMENT": "testing", "DATABASE_URL": sqlite_file, "DATABASE_TIMEOUT_SECONDS": 0.1})
    client = app.test_client()

    with another_process_that_holds(sqlite_file, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"):
        answer, ready = client.post("/api/auth/login", json=LOG_IN), client.get("/health/ready")

    assert (answer.status_code, answer.headers["Retry-After"], ready.status_code) == (503, "1", 503)
    assert client.post("/api/auth/login", json=LOG_IN).status_code == 200
    close_database(app)


def test_a_full_disk_refuses_what_writes_and_lets_read(serve, sqlite_file):
    # No file of the server's may grow beyond what the database has now and a little: what a full disk looks like.
    with serve(sqlite_file, workers=1, file_size=400_000) as server:
        answers = [server.ask("POST", "/api/v1/posts", {"title": "x", "body": "y" * 9_000}) for _ in range(80)]
        read = server.ask("GET", "/api/v1/posts/1")

    statuses = [answer.status for answer in answers]
    assert statuses[0] == 201
    assert statuses[-1] == 503
    hold_refusal(answers[-1])
    assert read.status == 200


def test_a_file_that_may_not_be_written_lets_read_and_says_nothing_of_its_inside(fill, app_factory, sqlite_file):
    fill(sqlite_file)
    file = sqlite_file.removeprefix("sqlite:///")
    address = f"sqlite:///file:{file}?mode=ro&uri=true"
    app = app_factory({"ENVIRONMENT": "testing", "DATABASE_URL": address, "PROPAGATE_EXCEPTIONS": False})

    answer = app.test_client().post("/api/auth/login", json=LOG_IN)

    assert answer.status_code in {500, 503}
    assert answer.json["success"] is False
    assert not any(word in answer.text for word in ("sqlite", "readonly", "INSERT", "login_attempts"))
    close_database(app)

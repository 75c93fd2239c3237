"""Tables change while requests come in: another process migrates, and no request fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event

import psycopg
import pytest
from running import until

pytestmark = pytest.mark.postgres

SETTLED = 40
"""So many answers of each kind come between two changes: more than it takes for every worker to prepare everything."""

CHANGES = {
    "widen": "ALTER TABLE posts ALTER COLUMN title TYPE varchar(300)",
    "widen without a bound": "ALTER TABLE posts ALTER COLUMN title TYPE text",
    "add": "ALTER TABLE posts ADD COLUMN extra integer NOT NULL DEFAULT 0",
    "rename": "ALTER TABLE posts RENAME COLUMN extra TO further",
    "drop": "ALTER TABLE posts DROP COLUMN further",
    "rewrite": "ALTER TABLE comments ALTER COLUMN post_id TYPE bigint",
    "widen what accounts read": "ALTER TABLE users ALTER COLUMN email TYPE text",
}

REQUESTS = {
    "one": ("GET", "/api/v1/posts/1", None, {}),
    "list": ("GET", "/api/v1/posts?per_page=5", None, {}),
    "create": ("POST", "/api/v1/posts", {"title": "New", "body": "Text"}, {}),
    "change": ("PATCH", "/api/v1/posts/1", {"body": "Other"}, {}),
    # A post of its own: two who change one post would be in each other's way without any migration.
    "change if it is there": ("PATCH", "/api/v1/posts/2", {"body": "Another"}, {"If_Match": "*"}),
    "comment": ("POST", "/api/v1/posts/1/comments", {"body": "Well"}, {}),
    "me": ("GET", "/api/auth/me", None, {}),
}


@contextmanager
def load(server) -> Iterator[dict[str, list[int]]]:
    """The statuses of requests of each kind, sent one after the other as long as this is open."""
    answers: dict[str, list[int]] = {name: [] for name in REQUESTS}
    over = Event()

    def send(name):
        method, path, body, headers = REQUESTS[name]
        while not over.is_set():
            answers[name].append(server.ask(method, path, body, **headers).status)

    with ThreadPoolExecutor(len(REQUESTS)) as pool:
        senders = [pool.submit(send, name) for name in REQUESTS]
        try:
            yield answers
        finally:
            over.set()
    for sender in senders:
        sender.result()


def test_no_request_fails(serve, own_postgres):
    with (
        serve(own_postgres, workers=2, threads=4, RATE_LIMIT_ENABLED="false") as server,
        psycopg.connect(own_postgres, autocommit=True) as other,
    ):
        assert server.ask("POST", "/api/v1/posts", {"title": "Second", "body": "Text"}).json["data"]["id"] == 2
        with load(server) as answers:
            for change in CHANGES.values():
                settle(answers)
                migrate(other, change)
            settle(answers)

        assert {name: set(statuses) for name, statuses in answers.items()} == {
            name: {201 if method == "POST" else 200} for name, (method, *_) in REQUESTS.items()
        }


def migrate(connection, change):
    """Make a change, as often as it takes: of two that wait for each other PostgreSQL may end the migration."""
    for _ in range(20):
        with suppress(psycopg.errors.DeadlockDetected):
            connection.execute(change)
            return
    raise AssertionError(f"requests were in the way each time: {change}")


def settle(answers):
    """Wait for more answers of each kind."""
    before = {name: len(statuses) for name, statuses in answers.items()}
    until(lambda: all(len(answers[name]) >= before[name] + SETTLED for name in answers))

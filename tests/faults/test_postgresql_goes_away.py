"""A PostgreSQL server that dies under a blog with two workers: 503 while it is away, and then on as if nothing was."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from running import PASSWORD, until

pytestmark = pytest.mark.postgres
LOG_IN = {"email": "ada@example.com", "password": PASSWORD}
POST = {"title": "Still here", "body": "After all that."}
KINDS = {
    "a read": ("GET", "/api/v1/posts/1", None, 200),
    "a list": ("GET", "/api/v2/users?per_page=1", None, 200),
    "a write": ("POST", "/api/v1/posts", POST, 201),
    "a change": ("PATCH", "/api/v1/posts/1", POST, 200),
    "a log-in": ("POST", "/api/auth/login", LOG_IN, 200),
    "a registration": ("POST", "/api/auth/register", {"email": "grace@example.com", "password": PASSWORD}, 400),
    "whether it is ready": ("GET", "/health/ready", None, 200),
}
UNLIMITED = {"LOGIN_LIMIT_PER_EMAIL": "1000000", "LOGIN_LIMIT_PER_ADDRESS": "1000000"}


@pytest.fixture(scope="module")
def blog(serve, own_postgres):
    """One server that has to live through all of these tests."""
    with serve(own_postgres, workers=2, **UNLIMITED) as server:
        # Both workers shall have connections to lose.
        for _ in range(20):
            for kind in KINDS:
                ask(server, kind)
        yield server


def ask(server, kind):
    method, path, body, _ = KINDS[kind]
    return server.ask(method, path, body)


def expected(kind):
    return KINDS[kind][3]


def hold_refusal(answer):
    assert answer.status == 503
    assert answer.headers["retry-after"] == "1"
    assert not any(word in answer.body for word in (b"psycopg", b"SELECT", b"127.0.0.1", b"Traceback", b"port"))


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_while_the_server_is_away_503_and_when_it_is_back_all_goes_on(blog, cluster, how):
    workers = blog.workers()

    getattr(cluster, how)()
    try:
        refused = [ask(blog, kind) for kind in KINDS for _ in range(4)]
        alive = blog.ask("GET", "/health")
    finally:
        cluster.start()
    answers = {kind: [ask(blog, kind).status for _ in range(20)] for kind in KINDS}

    for answer in refused:
        hold_refusal(answer)
    assert alive.status == 200
    assert answers == {kind: [expected(kind)] * 20 for kind in KINDS}
    assert blog.workers() == workers


def test_connections_that_were_ended_between_requests_are_replaced_unseen(blog, cluster, own_postgres):
    workers = blog.workers()
    statuses = []

    for kind in KINDS:
        assert cluster.end_connections(own_postgres.rpartition("/")[2]) > 0
        statuses += [ask(blog, kind).status == expected(kind) for _ in range(20)]

    assert all(statuses)
    assert blog.workers() == workers


@pytest.fixture
def locked_posts(own_postgres):
    """Holds the table of posts until told, so that a request's statement is still running."""
    with psycopg.connect(own_postgres) as holder:
        holder.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
        yield holder


def waiting(cluster, database):
    """The server processes whose statement waits for a lock."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
        return [row[0] for row in connection.execute(query, [database])]


def end(cluster, processes):
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [processes])


def test_a_write_whose_connection_is_ended_in_the_middle_is_refused_and_did_nothing(
    blog, cluster, own_postgres, locked_posts
):
    database = own_postgres.rpartition("/")[2]
    before = posts_in(locked_posts)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, blog, "a write")

        end(cluster, until(lambda: waiting(cluster, database)))

        hold_refusal(asked.result())
    assert posts_in(locked_posts) == before
    locked_posts.commit()
    assert {ask(blog, "a write").status for _ in range(20)} == {201}


def test_a_read_whose_connection_is_ended_in_the_middle_is_asked_again(blog, cluster, own_postgres, locked_posts):
    database = own_postgres.rpartition("/")[2]
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, blog, "a read")
        first = until(lambda: waiting(cluster, database))

        end(cluster, first)
        until(lambda: set(waiting(cluster, database)) - set(first))
        locked_posts.commit()

        assert asked.result().status == 200


@pytest.mark.parametrize("kind", ["a read", "a write", "a change"])
def test_a_server_that_dies_in_the_middle_of_a_request_gives_503(blog, cluster, own_postgres, kind):
    database = own_postgres.rpartition("/")[2]
    holder = psycopg.connect(own_postgres)
    holder.execute("LOCK TABLE posts IN ACCESS EXCLUSIVE MODE")
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, blog, kind)
        until(lambda: waiting(cluster, database))

        cluster.kill()
        try:
            hold_refusal(asked.result())
        finally:
            holder.close()
            cluster.start()

    assert [ask(blog, kind).status for _ in range(20)] == [expected(kind)] * 20


def test_under_load_a_restart_costs_503s_and_nothing_else(blog, cluster):
    has_ended, seen = Event(), []

    def load(kind):
        while not has_ended.is_set():
            seen.append((kind, ask(blog, kind).status))

    with ThreadPoolExecutor(4) as pool:
        for kind in ("a read", "a list", "a write", "a log-in"):
            pool.submit(load, kind)
        until(lambda: len(seen) > 40)
        cluster.kill()
        until(lambda: any(status == 503 for _, status in seen))
        cluster.start()
        until(lambda: [status for _, status in seen[-20:]].count(503) == 0)
        has_ended.set()

    strange = {(kind, status) for kind, status in seen if status not in {expected(kind), 503}}
    assert not strange
    assert [ask(blog, "a read").status for _ in range(20)] == [200] * 20


def posts_in(connection):
    return connection.execute("SELECT count(*) FROM posts").fetchone()[0]

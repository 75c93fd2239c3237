"""A PostgreSQL that keeps its connections open and answers nothing: stopped, or behind a network that swallows."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from black_hole import BlackHole
from running import PASSWORD, until
from sqlalchemy import make_url

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

STATEMENT_SECONDS = 2
BOUND = STATEMENT_SECONDS + 2
SOON = 1
"""Seconds for what asks no database, on a machine that is busy."""
POST = {"title": "Written", "body": "In time."}
KINDS = {
    "a read": ("GET", "/api/v1/posts/1", None),
    "a list": ("GET", "/api/v2/users?per_page=1", None),
    "a write": ("POST", "/api/v1/posts", POST),
    "a change": ("PATCH", "/api/v1/posts/1", POST),
    "a log-in": ("POST", "/api/auth/login", {"email": "ada@example.com", "password": PASSWORD}),
    "a registration": ("POST", "/api/auth/register", {"email": "grace@example.com", "password": PASSWORD}),
    "whether it is ready": ("GET", "/health/ready", None),
}


@pytest.fixture(params=["stopped", "swallowed"])
def database(request, cluster):
    """The address of a database, and a way to freeze it for a while."""
    address = cluster.new_database()
    if request.param == "stopped":
        yield address, lambda: stopped(cluster)
        return
    hole = BlackHole(cluster.port)
    yield make_url(address).set(port=hole.port).render_as_string(), lambda: swallowed(hole)
    hole.close()


@contextmanager
def stopped(cluster):
    main = cluster._process()
    processes = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


@contextmanager
def swallowed(hole):
    hole.swallow()
    try:
        yield
    finally:
        hole.let_through()


def timed(server, kind):
    """Kind, status, and how many seconds it took."""
    started = time.monotonic()
    status = server.ask(*KINDS.get(kind, ("GET", kind, None))).status
    return kind, status, time.monotonic() - started


def test_whoever_asks_a_frozen_server_is_told_in_time(serve, database):
    address, freezing = database
    seconds = {"DATABASE_STATEMENT_SECONDS": str(STATEMENT_SECONDS)}
    with serve(address, workers=1, threads=4, **seconds) as server, ThreadPoolExecutor(64) as pool:
        for _ in range(8):  # so that there are connections to wait on
            list(pool.map(timed, [server] * 4, ["a read", "a write"] * 2))
        with freezing():
            # At first they wait on connections that are there, later for new ones.
            answers = [answer for _ in range(2) for answer in ask_all(server, pool, [*KINDS] * 3)]
            probes = ask_all(server, pool, ["/health", "/metrics", "/health/ready"] * 20)
        again = [timed(server, kind)[1] for kind in ("a read", "a write") * 5]
        until(lambda: timed(server, "whether it is ready")[1] == 200)

    late = [(kind, took) for kind, _, took in answers if took > BOUND]
    assert ({(kind, status) for kind, status, _ in answers}, late) == ({(kind, 503) for kind in KINDS}, [])
    assert {(path, status) for path, status, _ in probes} == {
        ("/health", 200),
        ("/metrics", 200),
        ("/health/ready", 503),
    }
    assert [(path, took) for path, _, took in probes if took > (BOUND if path == "/health/ready" else SOON)] == []
    assert again[-2:] == [200, 201]


def ask_all(server, pool, kinds):
    return list(pool.map(timed, [server] * len(kinds), kinds))

"""A server that is kept busy, and requests that take their time."""

import contextlib
import http.client
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from running import BLOG, SLOW_BLOG, until


@pytest.fixture
def busy(serve, sqlite_file):
    """A server of one worker with two places, which eight clients have kept busy until it has few threads wait."""
    has_ended, statuses = Event(), []

    def client():
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            while not has_ended.is_set():
                connection.request("GET", "/process")
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)

    with serve(sqlite_file, workers=1, threads=2, app=SLOW_BLOG) as server, ThreadPoolExecutor(8) as clients:
        asking = [clients.submit(client) for _ in range(8)]
        try:
            until(lambda: len(statuses) > 5000)
            yield server
        finally:
            has_ended.set()
        for one in asking:
            one.result()
        assert set(statuses) <= {200, 503}


def test_who_takes_long_keeps_nobody_waiting(busy):
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(busy.ask, "GET", "/slow?seconds=3")
        quick = [busy.ask("GET", path).status for path in ("/process", "/api/v1/posts", "/health") * 5]
        is_first = not slow.done()

        assert quick == [200] * 15
        assert is_first
        assert slow.result().status == 200


def test_health_is_answered_while_every_place_is_taken(busy):
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(busy.ask, "GET", "/slow?seconds=1.2") for _ in range(4)]
        until(lambda: any(one.running() for one in slow))
        healthy = [busy.ask("GET", "/health").status for _ in range(5)]
        is_first = not any(one.done() for one in slow)

        assert healthy == [200] * 5
        assert is_first
        assert {one.result().status for one in slow} <= {200, 503}


def test_bodies_are_received(busy):
    bodies = ["x" * size for size in (1, 1000, 100_000)]

    answers = [busy.ask("POST", "/length", body) for body in bodies]

    assert [(answer.status, answer.body) for answer in answers] == [
        (200, str(len(body) + 2).encode()) for body in bodies
    ]


def test_connections_are_spread_over_the_workers(serve, sqlite_file):
    with serve(sqlite_file, workers=2, app=SLOW_BLOG) as server, contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)))
            for _ in range(64)
        ]
        for connection in connections:  # all at once, as a load balancer opens them
            connection.connect()
        answered = []
        for connection in connections:
            connection.request("GET", "/process")
            answered.append(connection.getresponse().read())

        # The system draws lots; fewer than 12 of 64 for one come once in five million times.
        assert min(answered.count(worker) for worker in set(answered)) >= 12
        assert len(set(answered)) == 2


def test_a_port_that_is_taken_is_not_shared(serve, sqlite_file):
    with serve(sqlite_file, workers=2) as server:
        second = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "blog", "beastmode", "serve", "--port", str(server.port)],
            cwd=BLOG,
            env={**os.environ, "ENVIRONMENT": "testing", "DATABASE_URL": sqlite_file, "WORKERS": "2"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

        assert second.returncode != 0
        assert "Address already in use" in second.stderr
        assert server.ask("GET", "/health").status == 200

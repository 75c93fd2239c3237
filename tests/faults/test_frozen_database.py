"""A PostgreSQL that keeps its connections open and answers nothing: stopped, as a machine that swaps looks."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

STATEMENT_SECONDS = 2
POST = {"title": "Written", "body": "In time."}


@pytest.fixture
def frozen(cluster):
    """Stops every process of the server, until the test is over."""
    stopped = []

    def freeze():
        main = cluster._process()
        stopped.extend([main, *children(main)])
        for process in stopped:
            os.kill(process, signal.SIGSTOP)

    def thaw():
        while stopped:
            os.kill(stopped.pop(), signal.SIGCONT)

    yield freeze, thaw
    thaw()


def children(process):
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@pytest.mark.postgres
@pytest.mark.slow
def test_a_frozen_server_is_told_in_time_and_forgotten_when_it_thaws(serve, own_postgres, frozen):
    freeze, thaw = frozen
    seconds = {"DATABASE_STATEMENT_SECONDS": str(STATEMENT_SECONDS), "DATABASE_TIMEOUT_SECONDS": "1"}
    with serve(own_postgres, workers=1, threads=4, **seconds) as server, ThreadPoolExecutor(16) as pool:
        assert server.ask("GET", "/api/v1/posts/1").status == 200
        freeze()
        started = time.monotonic()
        asked = [pool.submit(server.ask, "GET", "/api/v1/posts/1") for _ in range(8)]
        asked += [pool.submit(server.ask, "POST", "/api/v1/posts", POST) for _ in range(8)]
        alive = [server.ask("GET", "/health").status for _ in range(5)]
        statuses = {one.result().status for one in asked}
        took = time.monotonic() - started
        thaw()

        again = [server.ask("GET", "/api/v1/posts/1").status for _ in range(10)]

    assert alive == [200] * 5
    assert statuses == {503}
    assert took < 30  # not the minute of the connection's keep-alive
    assert again[-1] == 200

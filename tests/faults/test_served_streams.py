"""Answers that are sent piece by piece: whole or visibly broken, and no trouble for others."""

import contextlib
import http.client

import pytest
from running import SLOW_BLOG


@pytest.fixture(scope="module")
def blog(serve, tmp_path_factory):
    address = f"sqlite:///{tmp_path_factory.mktemp('streams') / 'blog.db'}"
    with serve(address, workers=1, threads=2, app=SLOW_BLOG) as server:
        yield server


def test_a_stream_comes_whole(blog):
    answer = blog.ask("GET", "/stream?pieces=500&times=100")

    assert answer.status == 200
    assert answer.body.count(b"\n") == 50_000


@pytest.mark.parametrize("after", [2, 3, 2000])
def test_a_stream_that_fails_in_the_middle_does_not_look_whole(blog, after):
    try:
        answer = blog.ask("GET", f"/breaks?after={after}")
    except (http.client.IncompleteRead, ConnectionError):
        return
    assert answer.status == 500  # it failed before anything of it was sent


def test_streams_that_nobody_reads_leave_the_others_their_places(blog):
    with contextlib.ExitStack() as stack:
        for _ in range(64):
            connection = stack.enter_context(blog.connect())
            connection.sendall(b"GET /stream?pieces=100000&times=10000 HTTP/1.1\r\nHost: blog\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"

        answers = [blog.ask("GET", "/process"), blog.ask("GET", "/health")]

    assert [answer.status for answer in answers] == [200, 200]

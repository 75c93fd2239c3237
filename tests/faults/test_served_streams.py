"""Answers that are sent piece by piece: whole or visibly broken, and no trouble for others."""

import contextlib
import http.client

import pytest
from running import SLOW_BLOG

POST = {"title": "Written", "body": "While others read."}


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


@pytest.mark.postgres
@pytest.mark.parametrize("path", ["/stream?pieces=1000&times=10000", "/snapshot?pieces=1000"])
def test_slow_readers_shut_nobody_out_of_the_database(serve, cluster, path):
    # As many connections as places: without streams each request finds one.
    settings = {"DATABASE_POOL_SIZE": "4", "DATABASE_TIMEOUT_SECONDS": "2"}
    with serve(cluster.new_database(), workers=1, threads=4, app=SLOW_BLOG, **settings) as blog:
        with contextlib.ExitStack() as stack:
            begun = [slow_reader(stack, blog, path) for _ in range(16)]

            answers = [blog.ask("GET", "/api/v1/posts/1").status for _ in range(8)]
            answers += [blog.ask("POST", "/api/v1/posts", POST).status for _ in range(8)]
            ready = blog.ask("GET", "/health/ready").status

        # A snapshot holds its connection, so there are at most half as many of them.
        assert begun == [200] * 16 if path.startswith("/stream") else [200] * 2 + [503] * 14
        assert (answers, ready) == ([200] * 8 + [201] * 8, 200)


def slow_reader(stack, blog, path):
    """The status that a client gets which reads no further; it stays until the test is over."""
    connection = stack.enter_context(blog.connect())
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: blog\r\n\r\n".encode())
    return int(connection.recv(12)[9:])

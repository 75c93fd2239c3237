"""Who sends nothing, or slowly, or not to the end: it costs nobody else anything, and ends."""

import contextlib
import select

import pytest
from running import SLOW_BLOG, until

HEADER = b"POST /api/auth/login HTTP/1.1\r\nHost: blog\r\nContent-Type: application/json\r\n"
SLOWLY = HEADER + b"Content-Length: 50\r\n\r\n{"
LOG_IN = {"email": "ada@example.com", "password": "wrong-password-9"}
POST = {"title": "Patience", "body": "A virtue."}

UNFINISHED = {
    "nothing at all": b"",
    "half a header": b"GET /health HTTP/1.1\r\nHost: blog\r\nX-Half: ",
    "half a body": SLOWLY,
    "half a chunk": HEADER + b"Transfer-Encoding: chunked\r\n\r\n32\r\n{",
    "no next request": b"GET /health HTTP/1.1\r\nHost: blog\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.fixture(scope="module")
def blog(serve, tmp_path_factory):
    address = f"sqlite:///{tmp_path_factory.mktemp('senders') / 'blog.db'}"
    with serve(address, workers=1, threads=2, app=SLOW_BLOG) as server:
        yield server


@pytest.mark.slow
def test_every_connection_on_which_nothing_comes_ends(blog):
    with contextlib.ExitStack() as stack:
        silent = {name: stack.enter_context(blog.connect()) for name in UNFINISHED}
        for name, connection in silent.items():
            connection.sendall(UNFINISHED[name])

        answers = {name: everything(connection) for name, connection in silent.items()}

    assert answers["nothing at all"] == b""
    assert answers["half a header"][9:12] in {b"", b"408"}
    assert answers["half a body"][9:12] == b"408"
    assert answers["half a chunk"][9:12] == b"408"
    assert answers["no next request"].startswith(b"HTTP/1.1 200")
    assert not answers["HTTP/2"].startswith(b"HTTP/2")


@pytest.mark.slow
def test_who_trickles_is_no_better_than_who_is_silent(blog):
    with blog.connect() as connection:
        connection.sendall(HEADER + b"Content-Length: 5000\r\n\r\n")

        while not select.select([connection], [], [], 0.2)[0]:
            connection.sendall(b" ")

        assert connection.recv(12) == b"HTTP/1.1 408"


def test_hundreds_of_slow_bodies_of_one_client_shut_nobody_out(blog):
    with contextlib.ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(blog.connect()).sendall(SLOWLY)

        answers = [
            blog.ask("GET", "/api/v1/posts"),
            blog.ask("POST", "/api/v1/posts", POST),
            blog.ask("GET", "/health"),
        ]
        token, blog.token = blog.token, None
        log_in = blog.ask("POST", "/api/auth/login", LOG_IN)
        blog.token = token

    assert [answer.status for answer in answers] == [200, 201, 200]
    assert log_in.status == 401


def test_more_slow_bodies_than_there_are_seats_cost_the_oldest_of_them_its_seat(blog):
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(blog.connect()) for _ in range(300)]
        for connection in slow:
            connection.sendall(SLOWLY)

        told = until(lambda: [connection for connection in slow if is_readable(connection)])[0].recv(4096)

    assert told.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1" in told
    assert b"x-request-id: " in told


def test_thousands_of_silent_connections_shut_nobody_out(blog):
    with contextlib.ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(blog.connect())

        assert blog.ask("GET", "/health").status == 200
        assert blog.ask("GET", "/api/v1/posts").status == 200


@pytest.mark.parametrize("length", [1, 1000, 70_000, 300_000, 5_000_000])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_of_any_length_comes_through(blog, length, is_chunked):
    body = b"x" * length
    about = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % length
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (length, body) if is_chunked else body
    with blog.connect() as connection:
        connection.sendall(b"POST /length HTTP/1.1\r\nHost: blog\r\nConnection: close\r\n" + about + b"\r\n\r\n" + sent)

        answer = everything(connection)

    limit = 16_000_000
    assert answer.startswith(b"HTTP/1.1 200") or length > limit
    assert answer.endswith(b"\r\n\r\n%d" % length)


def test_a_client_that_leaves_in_the_middle_of_its_body_is_not_taken_for_one_that_sent_it(blog):
    with blog.connect() as connection:
        token = f"Authorization: Bearer {blog.token}\r\n".encode()
        connection.sendall(b"POST /length HTTP/1.1\r\nHost: blog\r\nContent-Length: 10\r\n" + token + b"\r\n12345")

    assert blog.ask("GET", "/health").status == 200


def everything(connection):
    """All that comes until the server ends the connection."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65_536):
            answer += part
    return answer


def is_readable(connection):
    return bool(select.select([connection], [], [], 0)[0])

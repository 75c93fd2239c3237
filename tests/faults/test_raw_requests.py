"""Bytes that no client library would send, to a server that must answer each of them and go on."""

import contextlib
import socket

import pytest

CLOSE = b"Host: blog\r\nConnection: close\r\n"
LOG_IN = b'{"email": "ada@example.com", "password": "wrong-password"}'
TO_LOG_IN = b"POST /api/v1/auth/login HTTP/1.1\r\n" + CLOSE + b"Content-Type: application/json\r\n"


def get(path=b"/api/v1/users", headers=b"", method=b"GET"):
    return method + b" " + path + b" HTTP/1.1\r\n" + CLOSE + headers + b"\r\n"


def log_in(headers, body=LOG_IN):
    return TO_LOG_IN + headers + b"\r\n\r\n" + body


def chunked(*parts):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


@pytest.fixture(scope="module")
def blog(serve, tmp_path_factory):
    address = f"sqlite:///{tmp_path_factory.mktemp('raw') / 'blog.db'}"
    limits = {"LOGIN_LIMIT_PER_EMAIL": "100000", "LOGIN_LIMIT_PER_ADDRESS": "100000"}
    with serve(address, workers=1, threads=2, **limits) as server:
        yield server


def told(server, request, *, is_all=False):
    """Everything that comes back until the server closes the connection.

    Args:
        server: The blog.
        request: The bytes.
        is_all: Whether the client says that it will send no more.
    """
    answer = b""
    with server.connect() as connection:
        # A server that has answered already reads no further, and may say so by a reset.
        with contextlib.suppress(ConnectionError):
            connection.sendall(request)
            if is_all:
                connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError):
            while part := connection.recv(65_536):
                answer += part
    return answer


def status(answer):
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else None


IDS = {
    "a line end": b"abcdefgh\nSet-Cookie: a=b",
    "a carriage return": b"abcdefgh\rSet-Cookie: a=b",
    "a folded line": b"abcdefgh\r\n Set-Cookie: a=b",
    "an escaped line end": b"abcdefgh%0d%0aSet-Cookie: a=b",
    "a NUL": b"abc\0defgh",
    "no ASCII": b"abcdefgh\xff\xfe",
    "a line separator of Unicode": "abcdefgh\u2028Set-Cookie".encode(),
    "two of them": b"abcdefgh\r\nX-Request-ID: ijklmnop",
    "too long": b"a" * 129,
    "nothing": b"",
}


@pytest.mark.parametrize("given", IDS.values(), ids=IDS)
def test_a_request_id_is_never_a_way_into_the_headers(blog, given):
    answer = told(blog, get(headers=b"X-Request-ID: " + given + b"\r\n"))

    assert status(answer) in {400, 401}
    assert b"set-cookie" not in answer.lower()
    assert b"a=b" not in answer


LENGTHS = {
    "no number": (log_in(b"Content-Length: abc"), 400),
    "negative": (log_in(b"Content-Length: -1"), 400),
    "with a plus sign": (log_in(b"Content-Length: +58"), 400),
    "two that differ": (log_in(b"Content-Length: 58\r\nContent-Length: 59"), 400),
    "a list": (log_in(b"Content-Length: 58, 58"), 400),
    "beyond 64 bits": (log_in(b"Content-Length: 99999999999999999999999"), 400),
    "all of 64 bits": (log_in(b"Content-Length: 18446744073709551615"), 431),
    "ten megabytes": (log_in(b"Content-Length: 10000000", b"[" * 10_000_000), 413),
    "none": (log_in(b"X-Nothing: 1"), 400),
}


@pytest.mark.parametrize(("request_", "expected"), LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_makes_no_sense_is_refused(blog, request_, expected):
    assert status(told(blog, request_)) == expected


CHUNKS = {
    "whole": (log_in(b"Transfer-Encoding: chunked", chunked(LOG_IN)), 401),
    "in parts": (log_in(b"Transfer-Encoding: chunked", chunked(LOG_IN[:3], LOG_IN[3:])), 401),
    "of another size than said": (log_in(b"Transfer-Encoding: chunked", b"zz\r\n" + LOG_IN), 400),
    "of five megabytes": (log_in(b"Transfer-Encoding: chunked", chunked(*[b"x" * 100_000] * 50)), 413),
    "in another encoding": (log_in(b"Transfer-Encoding: xchunked", chunked(LOG_IN)), 400),
    "not in the end": (log_in(b"Transfer-Encoding: chunked, identity", chunked(LOG_IN)), 400),
    "with a space before the colon": (log_in(b"Transfer-Encoding : chunked", chunked(LOG_IN)), 400),
    "with a vertical tab": (log_in(b"Transfer-Encoding:\x0bchunked", chunked(LOG_IN)), 400),
}


@pytest.mark.parametrize(("request_", "expected"), CHUNKS.values(), ids=CHUNKS)
def test_chunks_are_read_as_the_rfc_says_or_refused(blog, request_, expected):
    assert status(told(blog, request_)) == expected


def test_chunks_that_break_off_are_no_body(blog):
    answer = told(blog, log_in(b"Transfer-Encoding: chunked", b"3a\r\n" + LOG_IN[:-1]), is_all=True)

    assert status(answer) in {400, None}


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 6\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 6",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nContent-Length: 6",
    ],
)
def test_a_second_request_in_the_body_is_answered_by_nobody(blog, headers):
    hidden = b"0\r\n\r\nGET /health HTTP/1.1\r\nHost: blog\r\n\r\n"

    answer = told(blog, log_in(headers, hidden))

    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_body_that_nobody_read_is_not_taken_for_the_next_request(blog):
    hidden = b"GET /api/v1/auth/me HTTP/1.1\r\nHost: blog\r\n\r\n"
    first = b"DELETE /api/v1/posts/1 HTTP/1.1\r\nHost: blog\r\nContent-Length: %d\r\n\r\n" % len(hidden)

    answer = told(blog, first + hidden + get(b"/health"))

    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.endswith(b'{"status":"ok"}')


OTHERS = {
    "a NUL in the path": (get(b"/api/v1/users%00"), 404),
    "no UTF-8 in the path": (get(b"/api/v1/%ff%fe"), 404),
    "raw bytes in the path": (get(b"/api/v1/\xff"), 400),
    "no UTF-8 in the query": (get(b"/api/v1/users?%ff=%fe"), 401),
    "digits of another script": (get(b"/api/v1/users/%E0%A5%A7"), 401),
    "two dots": (get(b"/api/v1/../v1/users"), 404),
    "two slashes": (get(b"/api//v1/users"), 404),
    "another host in the target": (get(b"http://elsewhere.example/api/v1/users"), 401),
    "a star": (get(b"*", method=b"OPTIONS"), 404),
    "CONNECT": (get(b"elsewhere.example:443", method=b"CONNECT"), 404),
    "TRACE": (get(method=b"TRACE"), 405),
    "a method that nobody knows": (get(method=b"BREW"), 405),
    "another method in a header": (get(b"/api/v1/users/1", b"X-HTTP-Method-Override: DELETE\r\n"), 401),
    "a header of 60 kB": (get(headers=b"X-Long: " + b"a" * 60_000 + b"\r\n"), 431),
    "a header of 1 MB": (get(headers=b"X-Long: " + b"a" * 1_000_000 + b"\r\n"), 431),
    "a header of 8 kB": (get(headers=b"X-Long: " + b"a" * 8192 + b"\r\n"), 401),
    "a header of more than 8 kB": (get(headers=b"X-Long: " + b"a" * 8193 + b"\r\n"), 431),
    "more than 64 kB of headers": (get(headers=b"".join(b"X-%d: %s\r\n" % (n, b"a" * 8000) for n in range(9))), 431),
    "200 headers": (get(headers=b"".join(b"X-%d: a\r\n" % number for number in range(200))), 431),
    "a token of 100 kB": (get(headers=b"Authorization: Bearer " + b"a" * 100_000 + b"\r\n"), 431),
    "a token that is no ASCII": (get(headers=b"Authorization: Bearer \xff\xfe\r\n"), 401),
    "a path of 70 kB": (get(b"/" + b"a" * 70_000), 414),
    "a query of 60 kB": (get(b"/api/v1/users?a=" + b"a" * 60_000), 401),
    "no host": (b"GET /api/v1/users HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "an absurd host": (b'GET /api/v1/users HTTP/1.1\r\nHost: a"b:99999999\r\nConnection: close\r\n\r\n', 400),
    "another protocol": (b"\x16\x03\x01\x00\xa5\x01\x00\x00", 400),
    "another version": (b"GET /health HTTP/9.9\r\n\r\n", 400),
    "a websocket": (get(b"/health", b"Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n"), 200),
    "an expectation that is none": (log_in(b"Expect: nonsense\r\nContent-Length: %d" % len(LOG_IN)), 401),
}


@pytest.mark.parametrize(("request_", "expected"), OTHERS.values(), ids=OTHERS)
def test_whatever_else_comes_is_answered(blog, request_, expected):
    assert status(told(blog, request_)) == expected


def test_no_header_of_the_clients_comes_back(blog):
    answer = told(blog, get(headers=b"Set-Cookie: a=b\r\nLocation: //elsewhere.example\r\nX-Powered-By: us\r\n"))

    assert b"set-cookie" not in answer.lower()
    assert b"location" not in answer.lower()
    assert b"elsewhere" not in answer


@pytest.mark.parametrize("path", [b"/api/v1/users", b"/api/v1/posts/1", b"/health", b"/docs", b"/api/v1/openapi.json"])
def test_head_has_the_headers_and_no_body(blog, path):
    answer = told(blog, get(path, method=b"HEAD"))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert status(answer) in {200, 401}
    assert b"x-request-id: " in head
    assert body == b""


@pytest.mark.parametrize("path", [b"/api/v1/users", b"/api/v1/posts/1", b"/api/v1/auth/login", b"/docs"])
def test_options_says_what_there_is_without_signing_in(blog, path):
    answer = told(blog, get(path, method=b"OPTIONS"))

    assert status(answer) == 200
    assert b"\r\nallow: " in answer

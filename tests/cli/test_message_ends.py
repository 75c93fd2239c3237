"""Where a request ends (RFC 9112, sections 6.3 and 8): no body is two requests, and none that was cut is whole."""

import socket
from contextlib import closing

import pytest
from cli_project import Project

SHOP = """
    from flask import Flask, request
    from beastmode import Api, Beastmode

    def create_app():
        app = Flask(__name__)
        Beastmode(app, api=Api("Shop"))
        app.config["MAX_CONTENT_LENGTH"] = None
        app.post("/echo", endpoint="echo")(lambda: request.get_data())
        app.post("/size", endpoint="size")(lambda: str(len(request.stream.read())))
        app.get("/hidden", endpoint="hidden")(lambda: "HIDDEN")
        return app
"""
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: shop\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
AMBIGUOUS = {
    "length and chunks": (b"Content-Length: %d\r\n" % (5 + len(HIDDEN)) + CHUNKED, b"0\r\n\r\n" + HIDDEN),
    "two lengths": (b"Content-Length: 3\r\nContent-Length: %d\r\n" % (3 + len(HIDDEN)), b"abc" + HIDDEN),
    "lengths in one field": (b"Content-Length: 3, %d\r\n" % (3 + len(HIDDEN)), b"abc" + HIDDEN),
    "signed length": (b"Content-Length: +3\r\n", b"abc" + HIDDEN),
    "length in hexadecimal": (b"Content-Length: 0x3\r\n", b"abc" + HIDDEN),
    "chunks not last": (b"Transfer-Encoding: chunked, gzip\r\n", b"0\r\n\r\n" + HIDDEN),
    "space before the colon": (b"Transfer-Encoding : chunked\r\n", b"0\r\n\r\n" + HIDDEN),
    "folded field": (b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + HIDDEN),
    "size of a chunk with a sign": (CHUNKED, b"+3\r\nabc\r\n0\r\n\r\n" + HIDDEN),
    "size of a chunk that overflows": (CHUNKED, b"10000000000000003\r\nabc\r\n0\r\n\r\n" + HIDDEN),
    "bare line feeds in chunks": (CHUNKED, b"3\nabc\n0\n\n" + HIDDEN),
}
"""The fields that say where a body ends, and what is sent as the body."""


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a server of `flask beastmode serve`."""
    project = Project(tmp_path_factory.mktemp("shop"))
    project.write(SHOP)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        number = probe.getsockname()[1]
    with project.serving("flask", "beastmode", "serve", "--workers", "1", "--port", str(number), port=number):
        yield number


def answers(port, fields, body, path=b"/echo", *, stops=False):
    """What the server sends until it closes the connection, or says nothing for a second."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: shop\r\n" + fields + b"\r\n" + body)
        if stops:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except (TimeoutError, ConnectionResetError):
            pass
        return received


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_message_with_two_ends_is_one_request_or_none(port, name):
    """What a proxy may take for a body is never answered as a request of its own."""
    received = answers(port, *AMBIGUOUS[name])

    assert b"HIDDEN" not in received.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("body", "stops"),
    [
        (b"3\r\nabc\r\n", True),
        (b"5\r\nabc", True),
        (b"3\r\nabc\r\n0\r\n", True),
        (b"", True),
        (b"3\r\nabc\r\n+3\r\ndef\r\n0\r\n\r\n", False),
        (b"3\r\nabcd\r\n0\r\n\r\n", False),
    ],
    ids=["after a chunk", "in a chunk", "before the last line", "before the first", "size with a sign", "longer chunk"],
)
def test_a_body_in_chunks_without_its_end_is_refused(port, body, stops):
    """The client has crashed, or a proxy has lost it: half a file must not be stored as a file."""
    received = answers(port, CHUNKED, body, stops=stops)

    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"message":"The request body ends before its last chunk, or has trailers"' in received


def test_a_body_in_chunks_is_whole_with_its_end(port):
    """Also an empty one, and one whose chunks have extensions."""
    whole = [b"3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", b"0\r\n\r\n", b"3;a=b\r\nabc\r\n0\r\n\r\n"]

    received = [answers(port, CHUNKED + b"Connection: close\r\n", each).partition(b"\r\n\r\n")[2] for each in whole]

    assert received == [b"abcdef", b"", b"abc"]


def test_a_large_body_in_chunks_without_its_end_is_refused_while_the_view_reads_it(port):
    """Beyond 16 MB, the view reads what arrives: it gets an error at the end, and no shorter body."""
    megabyte = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"

    cut = answers(port, CHUNKED, megabyte * 18, b"/size", stops=True)
    whole = answers(port, CHUNKED + b"Connection: close\r\n", megabyte * 18 + b"0\r\n\r\n", b"/size")

    assert cut.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert whole.endswith(b"\r\n\r\n%d" % (18 * 0x100000))

"""Where a request ends (RFC 9112, sections 6.3 and 8): no body is two requests, and none that was cut is whole."""

import socket
from contextlib import closing

import pytest
from cli_project import Project

SHOP = """
    from flask import Flask, Response, request
    from beastmode import Api, Beastmode

    def create_app():
        app = Flask(__name__)
        Beastmode(app, api=Api("Shop"))
        app.config["MAX_CONTENT_LENGTH"] = None
        app.post("/echo", endpoint="echo")(lambda: request.get_data())
        app.post("/size", endpoint="size")(lambda: str(len(request.stream.read())))
        app.get("/host", endpoint="host")(lambda: request.host)
        app.get("/wrong", endpoint="wrong")(lambda: Response("abcdef", headers={"Content-Length": request.args["n"]}))
        app.get("/stream", endpoint="stream")(
            lambda: Response(iter([b"x" * 700_000] * 3), headers={"Content-Length": request.args["n"]})
        )
        app.get("/status/<int:code>", endpoint="status")(lambda code: Response("x", status=code))
        app.get("/hidden", endpoint="hidden")(lambda: "HIDDEN")
        return app
"""
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: shop\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
AMBIGUOUS = {
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
    """What the server sends to a POST; see `sent`."""
    return sent(port, b"POST " + path + b" HTTP/1.1\r\nHost: shop\r\n" + fields + b"\r\n" + body, stops=stops)


def sent(port, message, *, stops=False):
    """What the server sends until it closes the connection, or says nothing for a second."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=1)) as connection:
        connection.sendall(message)
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


@pytest.mark.parametrize(
    "hosts",
    [
        b"",
        b"Host: shop\r\nHost: evil\r\n",
        b"Host: shop,evil\r\n",
        b"Host: a b\r\n",
        b"Host: <shop>\r\n",
        b"Host: shop/evil\r\n",
        b"Host: me@shop\r\n",
        b"Host: shop:80:80\r\n",
        b"Host: shop:port\r\n",
        b"Host: \xc3\xa9\r\n",
    ],
)
def test_a_request_has_one_valid_host(port, hosts):
    """A proxy, a cache and we must not take it for requests to different hosts (RFC 9112, section 3.2)."""
    received = sent(port, b"GET /host HTTP/1.1\r\n" + hosts + b"\r\n")

    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b'"message":"The request must have one valid Host header"' in received


@pytest.mark.parametrize("host", [b"shop", b"shop.example:8000", b"127.0.0.1", b"[::1]:8000", b"xn--caf-dma.example"])
def test_a_valid_host_is_accepted(port, host):
    """Names with and without a port, and addresses of both kinds."""
    received = sent(port, b"GET /host HTTP/1.1\r\nConnection: close\r\nHost: " + host + b"\r\n\r\n")

    assert received.endswith(b"\r\n\r\n" + host)


def test_the_host_of_a_whole_url_counts(port):
    """It is what a proxy goes by (RFC 9112, section 3.2.2)."""
    received = sent(port, b"GET http://other.example/host HTTP/1.1\r\nConnection: close\r\nHost: shop\r\n\r\n")

    assert received.endswith(b"\r\n\r\nother.example")


def test_an_old_client_needs_no_host(port):
    """HTTP/1.0 had none; probes of load balancers still speak it."""
    assert sent(port, b"GET /host HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.0 200 OK\r\n")


@pytest.mark.parametrize("declared", [b"3", b"9"])
def test_a_wrong_content_length_of_a_view_is_corrected(port, declared):
    """The client would wait for the rest, or take it for the beginning of the next response."""
    message = b"GET /wrong?n=" + declared + b" HTTP/1.1\r\nHost: shop\r\n\r\n"

    received = sent(port, message * 2)

    assert received.count(b"\r\ncontent-length: 6\r\n") == 2
    assert received.count(b"\r\n\r\nabcdef") == 2


@pytest.mark.parametrize("declared", [b"3000000", b"1500000"])
def test_a_stream_of_another_length_than_it_said_ends_its_connection(port, declared):
    """It is too late for another header; no further response may follow on the connection."""
    message = b"GET /stream?n=" + declared + b" HTTP/1.1\r\nHost: shop\r\n\r\n"

    received = sent(port, message * 2)

    assert received.count(b"HTTP/1.1 200 OK") <= 1
    assert len(received.partition(b"\r\n\r\n")[2]) < int(declared)


def test_a_status_that_does_not_exist_stops_no_worker(port):
    """It did: granian gives up where a status is below 100, with every other request of the process."""
    received = [sent(port, b"GET /status/%d HTTP/1.1\r\nHost: shop\r\n\r\n" % code) for code in (99, 1000)]

    assert {each.partition(b"\r\n")[0] for each in received} == {b"HTTP/1.1 500 Internal Server Error"}
    assert all(b'"message":"Internal Server Error"' in each for each in received)

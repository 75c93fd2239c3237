"""What a view returns reaches the server as a response that clients can read, or as an error."""

import pytest
from flask import Flask, Response
from werkzeug.test import create_environ

from beastmode.core.middleware import install_middleware


@pytest.fixture
def responded():
    """Serves one response of a view; gives the body, the status and the headers that a server gets."""

    def respond(response):
        app = Flask("shop")
        install_middleware(app)
        app.add_url_rule("/", view_func=lambda: response)
        begun = []
        # Not werkzeug's run_wsgi_app: it raises the error that a 500 belongs to.
        body = b"".join(app.wsgi_app(create_environ("/"), lambda *told: begun.append(told)))
        return body, begun[-1][0], dict(begun[-1][1])

    return respond


def test_a_stream_that_yields_none_breaks_off(responded):
    """What came after it was lost, and the response looked whole."""
    with pytest.raises(TypeError):
        responded(Response(iter([b"a", None, b"b"])))


def test_empty_parts_of_a_stream_are_not_its_end(responded):
    """A generator may have nothing to send for now."""
    assert responded(Response(iter([b"", b"a", b"", b"b"])))[0] == b"ab"


@pytest.mark.parametrize("told", ["0", "99", "100 Continue", "199", "600", "999", "1000 UNKNOWN", "70000 UNKNOWN"])
def test_a_status_that_no_response_can_have_is_a_500_and_logged(responded, caplog, told):
    """A server that got it would stop, with every other request that it handles."""
    body, status, _ = responded(Response("x", status=told))

    assert status == "500 INTERNAL SERVER ERROR"
    assert body == b'{"success":false,"message":"Internal Server Error","details":null}'
    assert "expected a number from 200 to 599." in caplog.text


def test_headers_of_the_connection_are_left_to_the_server(responded):
    """A view that passes on the response of another server has them, too (PEP 3333)."""
    passed_on = {"Transfer-Encoding": "chunked", "Keep-Alive": "timeout=5", "TE": "trailers", "X-Upstream": "1"}

    body, _, headers = responded(Response("abc", headers=passed_on))

    assert headers.keys().isdisjoint(["Transfer-Encoding", "Keep-Alive", "TE"])
    assert (headers["X-Upstream"], body) == ("1", b"abc")

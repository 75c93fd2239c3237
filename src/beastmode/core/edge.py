"""The one WSGI layer around an application.

Request ids, headers, the log line, metrics and the probes hang here, so that Flask's own hooks stay free for the
project and an answer that Flask never saw (a probe, a refused path) is treated like any other.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from beastmode.core.exchange import ENVIRON_KEY, Exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Edge", "Probe", "edge_of", "install_edge"]

Headers = list[tuple[str, str]]
Probe = Callable[[Exchange], tuple[int, Headers, bytes]]
"""Answers a request before Flask is asked: status code, headers, body."""

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
REASONS = {
    200: "200 OK",
    401: "401 UNAUTHORIZED",
    404: "404 NOT FOUND",
    405: "405 METHOD NOT ALLOWED",
    503: "503 SERVICE UNAVAILABLE",
}


class Edge:
    """Wraps a WSGI application; features add what they need to its lists while the application is put together.

    Attributes:
        probes: Answers by exact path, for GET and HEAD, given without asking Flask.
        rewrites: Each gets the path and returns the path to route instead; run in order.
        decorators: Each may add to the headers of an answer; gets the exchange and the header list.
        observers: Each is told of a finished exchange: its body is sent, its status known.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app
        self.probes: dict[str, Probe] = {}
        self.rewrites: list[Callable[[str], str]] = []
        self.decorators: list[Callable[[Exchange, Headers], None]] = []
        self.observers: list[Callable[[Exchange], None]] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        exchange = Exchange(environ, request_id(environ.get("HTTP_X_REQUEST_ID")))
        environ[ENVIRON_KEY] = exchange
        probe = self.probes.get(exchange.path)
        if probe is not None:
            return self._answer(probe, exchange, start_response)
        for rewrite in self.rewrites:
            environ["PATH_INFO"] = rewrite(environ["PATH_INFO"])

        def begin(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            exchange.status = int(status[:3])
            exchange.route = matched_rule(environ)
            self._decorate(exchange, headers)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            body = self.app(environ, begin)
        except BaseException:
            exchange.status = exchange.status or 500
            self._observe(exchange)
            raise
        if type(body) is list:  # a whole body: its length is known and nothing is left to close
            exchange.sent = sum(map(len, body))
            self._observe(exchange)
            return body
        return Watched(body, exchange, self._observe)

    def _answer(self, probe: Probe, exchange: Exchange, start_response: "StartResponse") -> list[bytes]:
        exchange.route = exchange.path
        if exchange.environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            status, headers, body = probe(exchange)
        else:
            status, headers, body = 405, [("Allow", "GET, HEAD")], b""
        headers = [*headers, ("Content-Length", str(len(body)))]
        exchange.status = status
        self._decorate(exchange, headers)
        start_response(REASONS[status], headers)
        if exchange.environ["REQUEST_METHOD"] == "HEAD":
            body = b""
        exchange.sent = len(body)
        self._observe(exchange)
        return [body]

    def _decorate(self, exchange: Exchange, headers: Headers) -> None:
        headers.append(("X-Request-ID", exchange.request_id))
        headers.extend(exchange.headers)
        for decorate in self.decorators:
            decorate(exchange, headers)

    def _observe(self, exchange: Exchange) -> None:
        for observe in self.observers:
            observe(exchange)


class Watched:
    """A streamed body; the exchange is observed when the server closes it."""

    def __init__(self, body: Iterable[bytes], exchange: Exchange, observe: Callable[[Exchange], None]) -> None:
        self._body = body
        self._exchange = exchange
        self._observe = observe

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._exchange.sent += len(chunk)
            yield chunk

    def close(self) -> None:
        """Close the wrapped body, and tell the observers whatever happens."""
        try:
            if (close := getattr(self._body, "close", None)) is not None:
                close()
        finally:
            self._observe(self._exchange)


def request_id(given: str | None) -> str:
    """The caller's own id where it is harmless in a header and a log line, else a new one of 32 hex digits."""
    if given and REQUEST_ID.fullmatch(given):
        return given
    return os.urandom(16).hex()


def matched_rule(environ: "WSGIEnvironment") -> str:
    """The rule of the route that answers, "" where none matched."""
    flask_request = environ.get("werkzeug.request")
    rule = getattr(flask_request, "url_rule", None)
    return rule.rule if rule is not None else ""


def install_edge(app: Any) -> Edge:
    """Put an edge around a Flask application, once.

    Args:
        app: The Flask application.
    """
    edge: Edge | None = app.extensions.get("beastmode.edge")
    if edge is None:
        edge = app.extensions["beastmode.edge"] = Edge(app.wsgi_app)
        app.wsgi_app = edge
    return edge


def edge_of(app: Any) -> Edge:
    """The edge that `install_edge` put around this application."""
    edge: Edge = app.extensions["beastmode.edge"]
    return edge

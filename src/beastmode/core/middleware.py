"""The WSGI middleware around an application.

Request IDs, headers, the log line, metrics and health checks are implemented here, so that Flask's own hooks stay free
for the project, and responses that never reached Flask (a health check, a refused path) are treated like any other.
"""

import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import HTTPException

from beastmode.core.exchange import ENVIRON_KEY, Exchange
from beastmode.core.refusal import REFUSAL, Refusal
from beastmode.core.stream import Stream
from beastmode.core.telling import cause_of, tell_why

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

__all__ = ["Middleware", "Probe", "install_middleware", "middleware_of"]

Headers = list[tuple[str, str]]
Probe = Callable[[Exchange], tuple[int, Headers, bytes]]
"""Handles a request before Flask does: returns status code, headers, body."""
Shortcut = Callable[[Exchange], tuple[int, Headers, bytes] | None]
"""The same, or None if Flask has to handle the request."""

_QUERY_MARKS = "".join(map(chr, range(0x21, 0x7F)))
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
_STATUS_LINES = {status.value: f"{status.value} {status.phrase.upper()}" for status in HTTPStatus}
_LAST_RESORT = b'{"success":false,"message":"%s","details":null}'
_STATUS_LINES[499] = "499 CLIENT CLOSED REQUEST"  # nginx's: in the log only, since nobody is there to read it
_LONGEST_HEADER = 8 * 1024
"""The maximum size of one header: the same as in nginx and Apache, and larger than any reasonable token or cookie."""
_ALL_HEADERS = 64 * 1024
_OF_THE_CONNECTION = frozenset({"transfer-encoding", "keep-alive", "te", "trailer", "proxy-connection"})
"""Headers that belong to the server (PEP 3333); a view that passes on what another server sent has them, too."""
_TOO_LARGE = Refusal(431, "A header is larger than 8 kB, or all headers together are larger than 64 kB")
log = logging.getLogger("beastmode")


class Middleware:
    """Wraps a WSGI application; features add what they need to its lists while the application is set up.

    Attributes:
        project: The Flask application inside, if it is one.
        probes: Handlers by exact path, for GET and HEAD, which bypass Flask; a route of the project with the same path
            takes precedence.
        guards: Each may refuse a request by its WSGI environment, before anything else, including probes.
        rewrites: Each takes the path and returns the path to route instead; run in order.
        shortcuts: Each may return the response to a GET before Flask is asked, such as a cached one.
        header_functions: Each may add headers to a response; called with the exchange and the header list.
        pauses: Each is called before a part of a streamed body is sent, which can take as long as the client likes.
        observers: Each is called with every finished exchange, when its body has been sent.
    """

    def __init__(self, app: "WSGIApplication", project: "Flask | None" = None) -> None:
        self.app = app
        self.project = project
        self.probes: dict[str, Probe] = {}
        self.guards: list[Callable[[WSGIEnvironment], Refusal | None]] = []
        self.rewrites: list[Callable[[str], str]] = []
        self.shortcuts: list[Shortcut] = []
        self.header_functions: list[Callable[[Exchange, Headers], None]] = []
        self.observers: list[Callable[[Exchange], None]] = []
        self.pauses: list[Callable[[], None]] = []
        self._is_settled = False

    @property
    def decorators(self) -> list[Callable[[Exchange, Headers], None]]:
        """The former name of `header_functions`."""
        warnings.warn("decorators is now called header_functions.", DeprecationWarning, stacklevel=2)
        return self.header_functions

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle one request (PEP 3333)."""
        exchange = Exchange(environ, request_id(environ.get("HTTP_X_REQUEST_ID")))
        environ[ENVIRON_KEY] = exchange

        def begin(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
            exchange.status = _code_of(status)
            exchange.route = exchange.route or _matched_rule(environ)
            tell_why(log if self.project is None else self.project.logger, exchange)
            headers = self._decorated(exchange, headers)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            body = self._answer(exchange, begin)
            if type(body) is not list:  # a stream: with its first part made, there is a whole answer where it fails
                body = Stream(body, exchange, self._observe, self.pauses)
        except Exception as error:
            status = _refused_with(error)
            if status is None and self._propagates():
                self._fail(exchange)
                raise
            if status == HTTPStatus.SERVICE_UNAVAILABLE:
                exchange.cause = cause_of(error)
            else:
                log.exception("Request %s: the application failed to respond", exchange.request_id)
            body = self._last_resort(begin, status or 500)
        except BaseException:
            self._fail(exchange)
            raise
        if type(body) is list:  # a whole body: its length is known and nothing is left to close
            exchange.sent = sum(map(len, body))
            self._observe(exchange)
        return body

    def _answer(self, exchange: Exchange, begin: "StartResponse") -> Iterable[bytes]:
        if (refusal := _refused(exchange.environ)) is not None:
            return _refuse(refusal, exchange, begin)
        for guard in self.guards:
            if (refusal := guard(exchange.environ)) is not None:
                return _refuse(refusal, exchange, begin)
        if not self._is_settled:
            self._settle()
        probe = self.probes.get(exchange.path)
        if probe is not None:
            return _answer_probe(probe, exchange, begin)
        self._rewrite(exchange)
        for shortcut in self.shortcuts:
            if (found := shortcut(exchange)) is not None:
                status, headers, body = found
                begin(_STATUS_LINES[status], headers)
                return [body]
        return self.app(exchange.environ, begin)

    def _rewrite(self, exchange: Exchange) -> None:
        """Replace the path by the one to route, and a query string that werkzeug could not read."""
        if self.rewrites:
            path = exchange.path
            for rewrite in self.rewrites:
                path = rewrite(path)
            exchange.environ["PATH_INFO"] = path
        if not (query := exchange.environ.get("QUERY_STRING", "")).isascii():
            # Some servers pass on raw bytes: werkzeug fails if they are not UTF-8.
            exchange.environ["QUERY_STRING"] = quote(query, safe=_QUERY_MARKS, encoding="latin-1")

    def _settle(self) -> None:
        """Leave a path to the project if it has its own route there."""
        if self.project is not None:
            for rule in self.project.url_map.iter_rules():
                self.probes.pop(rule.rule, None)
        self._is_settled = True

    def _propagates(self) -> bool:
        """Whether an exception should reach the test, or the debugger, that wraps the application."""
        if self.project is None:
            return True
        told: bool | None = self.project.config.get("PROPAGATE_EXCEPTIONS")
        return self.project.testing or self.project.debug if told is None else told

    def _last_resort(self, begin: "StartResponse", status: int) -> list[bytes]:
        """The response if Flask's error handling itself fails: the server's response would have no headers of ours."""
        body = _LAST_RESORT % HTTPStatus(status).phrase.encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append(("Retry-After", "1"))
        begin(_STATUS_LINES[status], headers, sys.exc_info())
        return [body]

    def _fail(self, exchange: Exchange) -> None:
        exchange.status = 500
        exchange.route = exchange.route or _matched_rule(exchange.environ)
        self._observe(exchange)

    def _decorated(self, exchange: Exchange, headers: Headers) -> Headers:
        """A new list, because the application may use its list for the next response too."""
        headers = [*headers, *exchange.headers]
        names = {name.lower() for name, _ in headers}
        if not names.isdisjoint(_OF_THE_CONNECTION):
            headers = [each for each in headers if each[0].lower() not in _OF_THE_CONNECTION]
        if "x-request-id" not in names:
            headers.append(("X-Request-ID", exchange.request_id))
        for add_headers in self.header_functions:
            add_headers(exchange, headers)
        return headers

    def _observe(self, exchange: Exchange) -> None:
        for observe in self.observers:
            try:
                observe(exchange)
            except Exception:
                # The response is not affected: a full disk must not turn a stored order into a 500.
                log.exception("Request %s: an observer failed", exchange.request_id)


def _code_of(status: str) -> int:
    """The code of a status line.

    Raises:
        ValueError: It is not the code of a response (RFC 9110, section 15). A server that got it would stop.
    """
    told = status.partition(" ")[0]
    code = int(told) if told.isdigit() else 0
    if 200 <= code < 600 or code == HTTPStatus.SWITCHING_PROTOCOLS:
        return code
    raise ValueError(f"The status of the response is {status[:40]!r}; expected a number from 200 to 599.")


def _refused_with(error: Exception) -> int | None:
    """The status of an exception that is a response, such as a Problem; None for any other."""
    status = error.code if isinstance(error, HTTPException) else None
    return status if status in _STATUS_LINES else None


def _refused(environ: "WSGIEnvironment") -> Refusal | None:
    """The response that refuses a request before its headers are parsed; None for nearly all requests.

    Servers differ in what they accept, and a long header can keep some parsers busy for long.
    """
    refusal: Refusal | None = environ.get(REFUSAL)
    if refusal is not None:
        return refusal
    total = 0
    for name, value in environ.items():
        if name[:5] == "HTTP_":
            length = len(value)
            if length > _LONGEST_HEADER:
                return _TOO_LARGE
            total += length + len(name)
    if total > _ALL_HEADERS or len(environ.get("CONTENT_TYPE", "")) > _LONGEST_HEADER:
        return _TOO_LARGE
    return None


def _refuse(refusal: Refusal, exchange: Exchange, begin: "StartResponse") -> list[bytes]:
    """Send a refusal."""
    exchange.cause = refusal.cause
    body = refusal.body()
    begin(_STATUS_LINES[refusal.status], [*refusal.headers(), ("Content-Length", str(len(body)))])
    return [body]


def _answer_probe(probe: Probe, exchange: Exchange, begin: "StartResponse") -> list[bytes]:
    """Send the response of a probe, which handles neither methods nor lengths."""
    exchange.route = exchange.path
    method = exchange.environ["REQUEST_METHOD"]
    if method in {"GET", "HEAD"}:
        status, headers, body = probe(exchange)
    else:
        status, headers, body = 405, [("Allow", "GET, HEAD")], b""
    begin(_STATUS_LINES[status], [*headers, ("Content-Length", str(len(body)))])
    return [] if method == "HEAD" else [body]


def request_id(given: str | None) -> str:
    """The caller's own ID if it is safe in a header and a log line, otherwise a new one of 32 hex digits."""
    if given and _REQUEST_ID.fullmatch(given):
        return given
    return os.urandom(16).hex()


def _matched_rule(environ: "WSGIEnvironment") -> str:
    """The rule of the route; "" if none matched."""
    flask_request = environ.get("werkzeug.request")
    rule = getattr(flask_request, "url_rule", None)
    return rule.rule if rule is not None else ""


def install_middleware(app: Any) -> Middleware:
    """Put a middleware around a Flask application, once.

    Args:
        app: The Flask application.
    """
    middleware: Middleware | None = app.extensions.get("beastmode.middleware")
    if middleware is None:
        middleware = app.extensions["beastmode.middleware"] = Middleware(app.wsgi_app, app)
        app.wsgi_app = middleware
    return middleware


def has_middleware(app: Any) -> bool:
    """Whether an application has the middleware.

    Args:
        app: The Flask application.
    """
    return "beastmode.middleware" in app.extensions


def middleware_of(app: Any) -> Middleware:
    """The middleware that `install_middleware` put around this application."""
    middleware: Middleware = app.extensions["beastmode.middleware"]
    return middleware

"""One request, converted from granian's interface to WSGI and back."""

import logging
import sys
from collections.abc import Iterable
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from beastmode.core.refusal import ARRIVED, REFUSAL, Refusal
from beastmode.core.stream import close_body

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_WHOLE = 1024 * 1024
"""Up to this size, a body of known length is sent in one piece, even if it is an iterator."""
_KNOWN_NAMES = 1000
"""The number of cached WSGI header names: more than are in use, because clients may make up any number."""
_FAILED = b'{"success":false,"message":"Internal Server Error"}'

log = logging.getLogger("beastmode")
Headers = list[tuple[str, str]]

_ALIKE: "WSGIEnvironment" = {
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "granian",
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,  # werkzeug reads chunked bodies only where a server says that it ends them
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.url_scheme": "http",
    "wsgi.version": (1, 0),
}
_names: dict[str, str] = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class PendingRequest:
    """A request that waits for its response.

    Args:
        scope: granian's scope of the request. proto: granian's protocol for the response.
        is_last: Whether its connection is closed after its response.

    Attributes:
        client: The address and port, in granian's format.
        arrived: `time.monotonic()` when its headers were complete.
        environ: The WSGI environment; the body is added when it is received.
        status: The status code of its response, if known.
        headers: The headers of its response.
    """

    __slots__ = ("_is_last", "arrived", "client", "environ", "headers", "proto", "status")

    def __init__(self, scope: Any, proto: Any, *, is_last: bool = False) -> None:
        self.proto = proto
        self.client: str = scope.client
        self._is_last = is_last
        self.arrived = monotonic()
        self.environ = _environ_of(scope)
        self.status = 500
        self.headers: Headers = []

    def begin(self, status: str, headers: Headers, _exc_info: Any = None) -> Any:
        """WSGI's `start_response`."""
        self.status = int(status[:3])
        self.headers = [*headers, ("connection", "close")] if self._is_last else headers

    def answer(self, app: "WSGIApplication") -> Iterable[bytes] | None:
        """Call an application; returns the parts of the body that are still to be sent.

        Args:
            app: The application; if it raises, the response is a plain 500.
        """
        try:
            body = app(self.environ, self.begin)
            if type(body) is list:
                self.proto.response_bytes(self.status, self.headers, body[0] if len(body) == 1 else b"".join(body))
                return None
            if self._is_small():
                self.proto.response_bytes(self.status, self.headers, b"".join(body))
                close_body(body)
                return None
        except BaseException:  # whatever it is, the thread has others to answer
            log.exception("%s %s failed", self.environ["REQUEST_METHOD"], self.environ["PATH_INFO"])
            self.proto.response_bytes(500, [("content-type", "application/json")], _FAILED)
            return None
        return body

    def refuse(self, app: "WSGIApplication", refusal: Refusal) -> None:
        """Refuse the request; the application only adds its headers, its log line and its metrics.

        Args:
            app: The application, inside of a middleware.
            refusal: The response.
        """
        self.environ[REFUSAL] = refusal
        self._is_last = True  # what it has not sent, or nobody has read, must not be taken for another request
        self.answer(app)

    def _is_small(self) -> bool:
        for name, value in self.headers:
            if name.lower() == "content-length":
                return value.isdigit() and int(value) <= _WHOLE
        return False


def _environ_of(scope: Any) -> "WSGIEnvironment":
    """The WSGI environment of a request (PEP 3333), without its body.

    Args:
        scope: granian's scope: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
    """
    environ = _ALIKE.copy()
    address, _, port = scope.client.rpartition(":")
    server, _, server_port = scope.server.rpartition(":")
    environ["REQUEST_METHOD"] = scope.method
    environ["PATH_INFO"] = _as_latin(scope.path)
    environ["QUERY_STRING"] = _as_latin(scope.query_string)
    environ["SERVER_PROTOCOL"] = "HTTP/1.0" if scope.http_version == "1" else "HTTP/1.1"
    environ["SERVER_NAME"] = server.strip("[]")
    environ["SERVER_PORT"] = server_port
    environ["REMOTE_ADDR"] = address.strip("[]")
    environ["REMOTE_PORT"] = port
    environ["HTTP_HOST"] = ""
    environ[ARRIVED] = perf_counter()
    for header, value in scope.headers.items():
        name = _names.get(header) or _name_of(header)
        if name in environ and name != "HTTP_HOST":
            environ[name] += (";" if name == "HTTP_COOKIE" else ",") + value
        else:
            environ[name] = value
    return environ


def _as_latin(text: str) -> str:
    """A string in WSGI's form: one character for each byte of its UTF-8."""
    return text if text.isascii() else text.encode().decode("latin-1")


def _name_of(header: str) -> str:
    """The WSGI name of a header."""
    name = "HTTP_" + header.upper().replace("-", "_")
    if len(_names) < _KNOWN_NAMES:
        _names[header] = name
    return name

"""One request, converted from granian's interface to WSGI and back."""

import logging
import re
import sys
from collections.abc import Iterable
from http import HTTPStatus
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
_HOST = re.compile(r"[\w.~!$&'()*+,;=%-]*(?:\[[0-9A-Fa-f:.]+\])?(?::\d*)?", re.ASCII)
"""A host, or an address in brackets, and a port (RFC 3986, section 3.2.2)."""
_NO_HOST = Refusal(400, "The request must have one valid Host header")

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
        invalid: Why it must be refused; None for nearly all requests.
        status: The status code of its response, if known.
        headers: The headers of its response.
    """

    __slots__ = ("_is_last", "arrived", "client", "environ", "headers", "invalid", "proto", "status")

    def __init__(self, scope: Any, proto: Any, *, is_last: bool = False) -> None:
        self.proto = proto
        self.client: str = scope.client
        self._is_last = is_last
        self.arrived = monotonic()
        self.environ = _environ_of(scope)
        self.invalid = None if _has_host(self.environ) else _NO_HOST
        if scope.authority is not None:  # of a whole URL in the request line, which outranks the header
            self.environ["HTTP_HOST"] = scope.authority
        self.environ.setdefault("HTTP_HOST", "")
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
                self._send_whole(body[0] if len(body) == 1 else b"".join(body))
                return None
            length = self.declared_length()
            if length is not None and length <= _WHOLE:
                self._send_whole(b"".join(body))
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

    def declared_length(self) -> int | None:
        """What the headers of the response say about the length of its body; None if they do not."""
        told = next((value for name, value in self.headers if name.lower() == "content-length"), "")
        return int(told) if told.isdigit() else None

    def has_content(self) -> bool:
        """Whether the response has the content whose length its headers declare (RFC 9110, section 8.6)."""
        return self.environ["REQUEST_METHOD"] != "HEAD" and self.status != HTTPStatus.NOT_MODIFIED

    def _send_whole(self, content: bytes) -> None:
        """Send a response, with the length that its body has.

        With another, the client would wait for the rest, or take the rest for the beginning of the next response.
        """
        length = str(len(content))
        headers = self.headers
        if ("Content-Length", length) not in headers and self.has_content():
            declared = self.declared_length()
            if declared is not None and declared != len(content):
                log.warning(
                    "%s %s declared a Content-Length of %s, but its body has %s bytes; the header was corrected",
                    self.environ["REQUEST_METHOD"],
                    self.environ["PATH_INFO"],
                    declared,
                    length,
                )
                headers = [each for each in headers if each[0].lower() != "content-length"]
        self.proto.response_bytes(self.status, headers, content)


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
    environ[ARRIVED] = perf_counter()
    for header, value in scope.headers.items():
        name = _names.get(header) or _name_of(header)
        if name in environ:
            environ[name] += (";" if name == "HTTP_COOKIE" else ",") + value
        else:
            environ[name] = value
    return environ


def _has_host(environ: "WSGIEnvironment") -> bool:
    """Whether a request has one valid host: without it, proxies, caches and we could take it for different ones.

    Args:
        environ: Its WSGI environment. Several hosts are joined by a comma, which is valid in a name by RFC 3986 alone.
    """
    host = environ.get("HTTP_HOST")
    if host is None:
        return bool(environ["SERVER_PROTOCOL"] == "HTTP/1.0")
    return "," not in host and _HOST.fullmatch(host) is not None


def _as_latin(text: str) -> str:
    """A string in WSGI's form: one character for each byte of its UTF-8."""
    return text if text.isascii() else text.encode().decode("latin-1")


def _name_of(header: str) -> str:
    """The WSGI name of a header."""
    name = "HTTP_" + header.upper().replace("-", "_")
    if len(_names) < _KNOWN_NAMES:
        _names[header] = name
    return name

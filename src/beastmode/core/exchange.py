"""One request and its response, as the outermost WSGI layer sees them."""

from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import request

from beastmode.core.refusal import ARRIVED

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from beastmode.core.caller import Identity

__all__ = ["Exchange", "current_exchange"]

ENVIRON_KEY = "beastmode.exchange"


class Exchange:
    """What is known about a request, from its first byte to the end of its response.

    Attributes:
        environ: The WSGI environment.
        arguments: The loaded body and query string, as the view's arguments.
        path: The path that the client requested, before any rewriting.
        request_id: The request ID, for the log and `X-Request-ID`.
        started: `time.perf_counter()` when the request arrived, before it waited for anything, in seconds.
        identity: The caller, once known.
        headers: Response headers to add, whatever the outcome of the request.
        deprecated: Whether the route is deprecated.
        status: The status code of the response; 0 until it is known.
        route: The rule that matched, such as "/api/v1/posts/<int:post_id>"; "" for none.
        sent: Bytes of the body sent so far.
        cause: Why it was refused, for the log, without text from the client; None if it has been logged already.
    """

    __slots__ = (
        "arguments",
        "cause",
        "deprecated",
        "environ",
        "headers",
        "identity",
        "path",
        "request_id",
        "route",
        "sent",
        "started",
        "status",
    )

    def __init__(self, environ: "WSGIEnvironment", request_id: str) -> None:
        self.environ = environ
        self.arguments: tuple[Any, ...] = ()
        self.path: str = environ.get("PATH_INFO", "")
        self.request_id = request_id
        self.started: float = environ.get(ARRIVED) or perf_counter()
        self.identity: Identity | None = None
        self.headers: list[tuple[str, str]] = []
        self.deprecated = False
        self.status = 0
        self.route = ""
        self.sent = 0
        self.cause: str | None = ""


def current_exchange() -> Exchange:
    """The exchange of the current request; a new one in a request context that was created without the middleware."""
    environ: dict[str, Any] = request.environ
    exchange: Exchange | None = environ.get(ENVIRON_KEY)
    if exchange is None:
        exchange = environ[ENVIRON_KEY] = Exchange(environ, "none")
    return exchange

"""Access to what is private in Flask and Werkzeug."""

from typing import Any

from flask import Request, Response, ctx, request
from flask.globals import app_ctx, request_ctx
from werkzeug.local import LocalProxy

__all__ = [
    "CACHED_JSON",
    "RELIES_ON",
    "current_app_context",
    "current_request",
    "current_request_context",
    "has_close_functions",
    "kept_in",
    "session_of",
]

CONTEXT: type[Any] = vars(ctx).get("RequestContext", ctx.AppContext)
"""The class of request contexts; if Flask has one context for both, that of the app."""
SESSION = "_session" if hasattr(CONTEXT, "session") else "session"
"""The attribute with the session. Since Flask 3.1.3 `session` is a property that marks the session as used."""
CACHED_JSON = "_cached_json"
"""The attribute with the parsed body of a request. No public function clears it."""

KEPT = ("_after_request_functions", "flashes", SESSION)

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (LocalProxy, "_get_current_object"),
    *((CONTEXT, name) for name in KEPT),
    (Request, CACHED_JSON),
    (Response, "_on_close"),
)
"""Every private name that this module uses, with its owner."""


def current_request() -> Request:
    """The current request, not its proxy, which takes 1.5 us for each attribute.

    Raises:
        RuntimeError: There is none.
    """
    request_itself: Request = request._get_current_object()  # type: ignore[attr-defined]  # proxies are typed as their object
    return request_itself


def current_app_context() -> Any:
    """The current app context, not its proxy, which takes 1.5 us for each attribute.

    Raises:
        RuntimeError: There is none.
    """
    return app_ctx._get_current_object()  # type: ignore[attr-defined]  # as above


def current_request_context() -> Any:
    """The current request context, not its proxy, which hides the attributes from `vars()`.

    Raises:
        RuntimeError: There is none.
    """
    return request_ctx._get_current_object()  # type: ignore[attr-defined]  # as above


def has_close_functions(response: Response) -> bool:
    """Whether a response has functions to call when it is closed; `call_on_close` only adds them.

    Args:
        response: The response.
    """
    return bool(response._on_close)


def kept_in(context: Any) -> list[str]:
    """The attributes of a request context that a view can change: callbacks, flashed messages, the session.

    The public functions add to them, but cannot restore them.

    Args:
        context: The request context.
    """
    return [name for name in KEPT if name in vars(context)]


def session_of(context: Any) -> Any:
    """The session, without marking it as used; the public property marks it, and the response then varies by cookie.

    Args:
        context: The request context.
    """
    return vars(context).get(SESSION)

"""Which web pages of other origins may call (the Fetch standard's CORS protocol)."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_cors import CORS

from beastmode.core.edge import Edge
from beastmode.core.exchange import Exchange
from beastmode.security.settings import CorsSettings

__all__ = ["install_cors"]

ALLOWED_HEADERS = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
]
EXPOSED_HEADERS = [
    "Deprecation",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "Sunset",
    "WWW-Authenticate",
    "X-Request-ID",
]
PREFLIGHT_SECONDS = 7200
"""How long a browser may remember a preflight; Chrome never keeps one for longer."""


def install_cors(app: Flask, settings: CorsSettings, edge: Edge) -> None:
    """Let the allowed origins call; nothing is installed where there are none.

    `CORS_ALLOW_HEADERS`, `CORS_EXPOSE_HEADERS`, `CORS_MAX_AGE` and `CORS_METHODS` in `app.config`, flask-cors' own
    names, replace what is written here.

    Args:
        app: The Flask application.
        settings: CORS_ORIGINS and CORS_CREDENTIALS count.
        edge: Its edge.
    """
    origins = settings.allowed_origins
    if not origins:
        return
    app.config.setdefault("CORS_ALLOW_HEADERS", ALLOWED_HEADERS)
    app.config.setdefault("CORS_EXPOSE_HEADERS", EXPOSED_HEADERS)
    app.config.setdefault("CORS_MAX_AGE", PREFLIGHT_SECONDS)
    is_open = "*" in origins
    is_same_for_all = is_open and not settings.cors_credentials
    CORS(
        app,
        # As compiled patterns, whole: flask-cors takes text with a bracket, as IPv6 has it, for a pattern to search.
        origins="*" if is_open else [re.compile(rf"{re.escape(origin)}\Z", re.IGNORECASE) for origin in origins],
        supports_credentials=settings.cors_credentials,
        send_wildcard=is_same_for_all,
        # Named origins are for those who ask: flask-cors would list them all. `*` is the same for a cache to keep.
        always_send=is_same_for_all,
        vary_header=False,
        intercept_exceptions=False,
    )
    if not is_same_for_all:
        hooks: list[Any] = app.after_request_funcs[None]
        hooks[-1] = where_asked(hooks[-1])
        edge.decorators.append(vary_by_origin)


def where_asked(answer: Callable[[Response], Response]) -> Callable[[Response], Response]:
    """flask-cors' hook, for requests that name an origin: for the others it does nothing, in 13 us."""

    def answer_where_asked(response: Response) -> Response:
        return answer(response) if "HTTP_ORIGIN" in request.environ else response

    return answer_where_asked


def vary_by_origin(_: Exchange, headers: list[tuple[str, str]]) -> None:
    """Tell caches that the answer depends on the origin, also where the request names none or a strange one.

    A cache would otherwise keep the answer without CORS headers and give it to a page that needs them.
    """
    headers.append(("Vary", "Origin"))

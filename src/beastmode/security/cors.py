"""The origins whose web pages may call the API (the CORS protocol of the Fetch standard)."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_cors import CORS

from beastmode.core.exchange import Exchange
from beastmode.core.middleware import Middleware
from beastmode.security.settings import CorsSettings

_ALLOWED_HEADERS = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Tus-Resumable",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-Request-ID",
]
_EXPOSED_HEADERS = [
    "Deprecation",
    "ETag",
    "Idempotent-Replayed",
    "Link",
    "Location",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "Sunset",
    "Tus-Resumable",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
    "WWW-Authenticate",
    "X-Request-ID",
]
_PREFLIGHT_SECONDS = 7200
"""How long a browser may cache a preflight; Chrome never caches one for longer."""


def install_cors(app: Flask, settings: CorsSettings, middleware: Middleware) -> None:
    """Let the allowed origins call; without any, nothing is installed.

    `CORS_ALLOW_HEADERS`, `CORS_EXPOSE_HEADERS`, `CORS_MAX_AGE` and `CORS_METHODS` in `app.config`, the names of
    flask-cors, replace the values in this file.

    Args:
        app: The Flask application.
        settings: CORS_ORIGINS and CORS_CREDENTIALS are used.
        middleware: Its middleware.
    """
    origins = settings.allowed_origins
    if not origins:
        return
    app.config.setdefault("CORS_ALLOW_HEADERS", _ALLOWED_HEADERS)
    app.config.setdefault("CORS_EXPOSE_HEADERS", _EXPOSED_HEADERS)
    app.config.setdefault("CORS_MAX_AGE", _PREFLIGHT_SECONDS)
    is_open = "*" in origins
    is_same_for_all = is_open and not settings.cors_credentials
    CORS(
        app,
        # As compiled patterns for the whole origin: flask-cors would search for a string with brackets, such as an IPv6
        # address, as a pattern.
        origins="*" if is_open else [re.compile(rf"{re.escape(origin)}\Z", re.IGNORECASE) for origin in origins],
        supports_credentials=settings.cors_credentials,
        send_wildcard=is_same_for_all,
        # Without an Origin, flask-cors would list all allowed origins in the response. `*` is the same for every
        # request.
        always_send=is_same_for_all,
        vary_header=False,
        intercept_exceptions=False,
    )
    if not is_same_for_all:
        hooks: list[Any] = app.after_request_funcs[None]
        hooks[-1] = _where_asked(hooks[-1])
        middleware.header_functions.append(_vary_by_origin)


def _where_asked(answer: Callable[[Response], Response]) -> Callable[[Response], Response]:
    """flask-cors' hook, for requests with an `Origin`: for others it would take 13 us to do nothing."""

    def answer_where_asked(response: Response) -> Response:
        return answer(response) if "HTTP_ORIGIN" in request.environ else response

    return answer_where_asked


def _vary_by_origin(_: Exchange, headers: list[tuple[str, str]]) -> None:
    """Tell caches that the response depends on the origin, also if the request has none or one that is not allowed.

    A cache would otherwise store the response without CORS headers and return it to a page that needs them.
    """
    headers.append(("Vary", "Origin"))

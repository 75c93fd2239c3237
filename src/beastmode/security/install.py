from collections.abc import Set as AbstractSet

from flask import Flask

from beastmode.core.middleware import Middleware
from beastmode.core.settings import Settings
from beastmode.security.cors import install_cors
from beastmode.security.headers import header_function
from beastmode.security.settings import CorsSettings, HeaderSettings


def install(
    app: Flask,
    settings: Settings,
    middleware: Middleware,
    without: AbstractSet[str] = frozenset(),
    *,
    has_api: bool = False,
) -> None:
    """Add security headers and CORS headers to every response of an application.

    Args:
        app: The Flask application.
        settings: Its settings.
        middleware: Its middleware.
        without: What to leave out: "headers", "cors".
        has_api: Whether our API is served under /api.
    """
    if "headers" not in without:
        middleware.header_functions.append(
            header_function(settings.of(HeaderSettings), middleware.probes, has_api=has_api)
        )
    if "cors" not in without:
        install_cors(app, settings.of(CorsSettings), middleware)

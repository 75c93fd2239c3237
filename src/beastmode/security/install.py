from collections.abc import Set as AbstractSet

from flask import Flask

from beastmode.core.edge import Edge
from beastmode.core.settings import Settings
from beastmode.security.cors import install_cors
from beastmode.security.headers import header_decorator
from beastmode.security.settings import CorsSettings, HeaderSettings

__all__ = ["install"]


def install(
    app: Flask, settings: Settings, edge: Edge, without: AbstractSet[str] = frozenset(), *, has_api: bool = False
) -> None:
    """Add security headers and CORS headers to every response of an application.

    Args:
        app: The Flask application.
        settings: Its settings.
        edge: Its edge.
        without: What to leave out: "headers", "cors".
        has_api: Whether our API is served under /api.
    """
    if "headers" not in without:
        edge.decorators.append(header_decorator(settings.of(HeaderSettings), edge.probes, has_api=has_api))
    if "cors" not in without:
        install_cors(app, settings.of(CorsSettings), edge)

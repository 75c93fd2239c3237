from collections.abc import Set as AbstractSet

from flask import Flask

from beastmode.core.edge import Edge
from beastmode.core.settings import Settings
from beastmode.security.cors import install_cors
from beastmode.security.headers import header_decorator

__all__ = ["install"]


def install(app: Flask, settings: Settings, edge: Edge, without: AbstractSet[str] = frozenset()) -> None:
    """Give every answer of an application its security headers, and the origins their CORS headers.

    Args:
        app: The Flask application.
        settings: Its settings.
        edge: Its edge.
        without: What to leave out: "headers", "cors".
    """
    if "headers" not in without:
        edge.decorators.append(header_decorator(settings))
    if "cors" not in without:
        install_cors(app, settings, edge)

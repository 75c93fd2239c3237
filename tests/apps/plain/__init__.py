"""A library's web site, as people write such things with Flask and nothing of ours."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from apps.plain.errors import errors
from apps.plain.hooks import hooks
from apps.plain.loans import loans
from apps.plain.models import db
from apps.plain.pages import pages
from apps.plain.stock import stock

__all__ = ["complete", "create_app", "new_app"]


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    app = new_app(config)
    complete(app)
    return app


def new_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The application as it is before anything was added to it."""
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="a-secret-of-the-site-that-is-long-enough", SITE_NAME="Lending Library")
    app.config.from_mapping(config or {})
    return app


def complete(app: Flask) -> None:
    db.init_app(app)
    for part in (pages, stock, loans, errors, hooks):
        app.register_blueprint(part)

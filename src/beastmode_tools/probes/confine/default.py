"""Gives Flask-SQLAlchemy the scratch database where the application names none."""

from __future__ import annotations

from typing import Any

from .after_import import when_imported

__all__ = ["offer_database"]

NAMES = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS")
OFFERED: list[str] = []


def offer_database(url: str) -> None:
    """Lets an application start whose database stands in a file that only a server has.

    Args:
        url: Of the scratch database.
    """
    is_first = not OFFERED
    OFFERED[:] = [url]
    if is_first:
        when_imported(
            "flask_sqlalchemy.extension", change
        )  # there since 3.0, which refuses to start without a database


def change(module: Any) -> None:
    """Replaces what an application is made known with."""
    begin = module.SQLAlchemy.init_app

    def init_app(self: Any, app: Any) -> None:
        engines = getattr(self, "_engine_options", None) or {}
        if not engines.get("url") and not any(app.config.get(name) for name in NAMES):
            app.config[NAMES[0]] = OFFERED[0]
        begin(self, app)

    module.SQLAlchemy.init_app = init_app

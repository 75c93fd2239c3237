"""Gives Flask-SQLAlchemy the scratch database where the application names none."""

from __future__ import annotations

from typing import Any

from .after_import import when_imported

__all__ = ["offer_database"]

NAMES = ("SQLALCHEMY_DATABASE_URI", "SQLALCHEMY_BINDS")


def offer_database(url: str) -> None:
    """Lets an application start whose database stands in a file that only a server has.

    Args:
        url: Of the scratch database.
    """

    def change(module: Any) -> None:
        begin = module.SQLAlchemy.init_app

        def init_app(self: Any, app: Any) -> None:
            engines = getattr(self, "_engine_options", None) or {}
            if not engines.get("url") and not any(app.config.get(name) for name in NAMES):
                app.config[NAMES[0]] = url
            begin(self, app)

        module.SQLAlchemy.init_app = init_app

    when_imported("flask_sqlalchemy.extension", change)  # there since 3.0, which refuses to start without a database

"""Common mistakes in the setup of a database."""

import os
import stat
from pathlib import Path

from flask import Flask

from beastmode.core.errors import BeastmodeError, SettingsError
from beastmode.db.engines.engines import database_url
from beastmode.db.engines.sqlite import is_memory
from beastmode.db.migrations import known_revisions
from beastmode.db.session import installed_in
from beastmode.db.settings import DatabaseSettings

_OTHERS = stat.S_IROTH | stat.S_IWOTH


def refuse_other_setting(app: Flask, settings: DatabaseSettings) -> None:
    """Refuse a URL in Flask-SQLAlchemy's setting if ours is not set.

    It is not used instead of ours, because a relative path means another file there, in the instance folder.

    Args:
        app: The Flask application.
        settings: DATABASE_URL is used.

    Raises:
        SettingsError: SQLALCHEMY_DATABASE_URI is set, but DATABASE_URL is not.
    """
    name = "SQLALCHEMY_DATABASE_URI"
    if settings.database_url == DatabaseSettings.database_url and (app.config.get(name) or os.environ.get(name)):
        raise SettingsError(
            [f"{name} is a setting of Flask-SQLAlchemy; Database reads DATABASE_URL, so set that to the database URL."]
        )


def refuse_default_in_production(settings: DatabaseSettings) -> None:
    """Refuse to store the data of production in the default file.

    Raises:
        BeastmodeError: DATABASE_URL has its default in production.
    """
    if settings.is_production and settings.database_url == DatabaseSettings.database_url:
        raise BeastmodeError(
            f"DATABASE_URL is not set, so production stores its data in {settings.database_url}, a file in the "
            "current directory; set DATABASE_URL to a database URL, or to the absolute path of a file."
        )


def refuse_missing_migrations(app: Flask) -> None:
    """Refuse models without migrations.

    Raises:
        BeastmodeError: There are models and no migrations.
    """
    tables = sorted(installed_in(app).database.metadata.tables)
    if tables and not known_revisions(app):
        named = ", ".join(tables[:3]) + (", ..." if len(tables) > 3 else "")
        folder = app.extensions["migrate"].directory
        expected = "run `flask db init`, `flask db migrate` and `flask db upgrade`"
        raise BeastmodeError(f"There are models ({named}) but no migrations in {folder}; {expected}.")


def refuse_readable_file(settings: DatabaseSettings) -> None:
    """Refuse an SQLite file that every user of the machine may read.

    Raises:
        BeastmodeError: Its mode allows that.
    """
    url = database_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or is_memory(url):
        return
    path = Path(str(url.database).removeprefix("file:"))
    if path.exists() and path.stat().st_mode & _OTHERS:
        raise BeastmodeError(f"Every user of this machine can read {path}; run `chmod 600 {path}*`.")

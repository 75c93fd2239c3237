"""The database's part of an application: engines, sessions, `flask db`, and whether it is ready."""

from functools import partial
from pathlib import Path

from alembic.config import Config
from flask import Flask
from flask_migrate import Migrate

from beastmode.core.errors import BeastmodeError
from beastmode.core.inspections import add_inspection
from beastmode.db.database import Database, ping
from beastmode.db.migrations import at_head, migration_options
from beastmode.db.session import installed_in
from beastmode.db.settings import DatabaseSettings
from beastmode.db.setup import (
    refuse_default_in_production,
    refuse_missing_migrations,
    refuse_other_setting,
    refuse_readable_file,
)
from beastmode.db.streams import let_go

_TEMPLATES = Path(__file__).parent / "migrations" / "templates"


def install(app: Flask, settings: DatabaseSettings, database: Database, migrations: str | Path = "migrations") -> None:
    """Add the database, `flask db` and the checks of /health/ready to an application; does not connect.

    The checks are in `app.extensions["beastmode.readiness"]`, by name; each raises if something is wrong, and needs no
    app context.

    Args:
        app: The Flask application.
        settings: The settings of the database.
        database: The project's database.
        migrations: The directory of its migrations, absolute or beside the application's package or module.

    Raises:
        ConfigurationError: The application already has a database.
        SettingsError: DATABASE_URL is not valid, or only SQLALCHEMY_DATABASE_URI is set.
    """
    refuse_other_setting(app, settings)
    database.install(app, settings)
    migrate = Migrate(app, database, directory=str(_folder_beside(app) / migrations), **migration_options())
    migrate.configure(_use_templates)
    if (middleware := app.extensions.get("beastmode.middleware")) is not None:
        middleware.pauses.append(let_go)
    readiness = app.extensions.setdefault("beastmode.readiness", {})
    readiness["database"] = partial(ping, installed_in(app))
    readiness["migrations"] = partial(_require_head, app)
    add_inspection(app, partial(refuse_default_in_production, settings))
    add_inspection(app, partial(refuse_missing_migrations, app))
    add_inspection(app, partial(refuse_readable_file, settings))


def _folder_beside(app: Flask) -> Path:
    """The directory of the application's topmost package, or of its module."""
    root = Path(app.root_path)
    depth = app.import_name.count(".") + (root / "__init__.py").exists()
    return root.parents[depth - 1] if depth else root


def _use_templates(config: Config) -> Config:
    """Make `flask db init` write an env.py that calls `beastmode.db.migrations.run`."""
    config.template_directory = _TEMPLATES  # type: ignore[attr-defined]  # Flask-Migrate's own attribute
    return config


def _require_head(app: Flask) -> None:
    """Do nothing if every migration has been applied.

    Raises:
        BeastmodeError: Migrations are missing.
    """
    if not at_head(app):
        raise BeastmodeError("The database is missing migrations; run `flask db upgrade`.")

"""Loads the application that `flask --app ...` names."""

import click
from flask import Flask
from flask.cli import ScriptInfo

from beastmode.core.errors import BeastmodeError
from beastmode.core.settings import Settings


def _load_application(info: ScriptInfo) -> Flask:
    """The application, or one message that says why it could not be loaded.

    Raises:
        ClickException: Its settings are invalid, or it is configured wrongly.
    """
    try:
        return info.load_app()
    except BeastmodeError as problem:
        raise click.ClickException(str(problem)) from problem


def open_application(context: click.Context) -> Flask:
    """The application, in an app context that is open until the command ends."""
    app = _load_application(context.ensure_object(ScriptInfo))
    context.with_resource(app.app_context())
    return app


def installed_settings(app: Flask) -> Settings:
    """The settings of an application.

    Raises:
        ClickException: The application does not use beastmode.
    """
    settings: Settings | None = app.extensions.get("beastmode.settings")
    if settings is None:
        raise click.ClickException(f"{app.import_name} does not use beastmode: Beastmode(app) is never called.")
    return settings

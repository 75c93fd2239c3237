"""`flask beastmode doctor`: finds the problems of a project without serving it."""

import json
from collections.abc import Iterator

import click
from flask import Flask
from flask.cli import NoAppException, ScriptInfo

from beastmode.cli.queries import as_plain, as_table, ways_of
from beastmode.core.environment import read_settings
from beastmode.core.errors import SettingsError
from beastmode.core.inspections import inspect
from beastmode.core.secrets import without_secrets
from beastmode.core.settings import secret_names
from beastmode.extension import FEATURE_SETTINGS
from beastmode.observability.health import READINESS


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--queries", is_flag=True, help="Show how each loading reads and writes, instead of problems.")
@click.pass_context
def doctor(context: click.Context, *, as_json: bool, queries: bool) -> None:
    """Check the settings, the database and the migrations, and list every problem.

    The exit status is 0 if there are no problems, and 1 otherwise.
    """
    if queries:
        _show_queries(context.ensure_object(ScriptInfo).load_app(), as_json=as_json)
        return
    problems = list(_problems_of(context.ensure_object(ScriptInfo)))
    # Computed after the application has been loaded, because it may declare its own settings.
    secret = secret_names()
    problems = [without_secrets(problem, secret) for problem in problems]
    if as_json:
        click.echo(json.dumps({"problems": problems}, indent=2))
    else:
        for problem in problems:
            click.echo(f"- {problem}")
        click.echo("No problems." if not problems else f"{len(problems)} problem{'s' if len(problems) > 1 else ''}.")
    context.exit(1 if problems else 0)


def _show_queries(app: Flask, *, as_json: bool) -> None:
    """Print how each loading reads and writes."""
    with app.app_context():
        loadings = ways_of(app)
    if as_json:
        click.echo(json.dumps({"loadings": as_plain(loadings)}, indent=2))
    else:
        click.echo("\n".join(as_table(loadings)))


def _problems_of(info: ScriptInfo) -> Iterator[str]:
    """The problems, one sentence each: of the settings, then of the application, then of its services."""
    try:
        app = info.load_app()
    except SettingsError as error:
        yield from error.problems
    except NoAppException as error:
        yield from _environment_problems()
        yield f"No application was found, so only the environment was checked: {error.format_message()}"
    except Exception as error:  # noqa: BLE001 - whatever keeps the application from loading is the finding
        yield from _environment_problems()
        yield f"The application could not be loaded: {type(error).__name__}: {error}"
    else:
        with app.app_context():
            yield from _readiness_problems(app)
        yield from inspect(app)


def _environment_problems() -> list[str]:
    """The problems of the settings in the environment, if there is no application."""
    try:
        read_settings(kinds=FEATURE_SETTINGS)
    except SettingsError as error:
        return error.problems
    return []


def _readiness_problems(app: Flask) -> Iterator[str]:
    """The problems that `/health/ready` would report: an unavailable database, missing migrations."""
    for name, check in app.extensions.get(READINESS, {}).items():
        try:
            check()
        except Exception as error:  # noqa: BLE001 - whatever a check raises is the finding
            yield f"{name}: {str(error).partition(chr(10))[0] or type(error).__name__}"

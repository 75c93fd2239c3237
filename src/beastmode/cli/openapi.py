"""`flask beastmode openapi`: the contract, as a file."""

import json

import click
from flask import current_app

from beastmode.cli.application import open_application

__all__ = ["openapi"]


@click.command("openapi")
@click.argument("version")
@click.pass_context
def openapi(context: click.Context, version: str) -> None:
    """Print the OpenAPI document of VERSION, such as v1."""
    open_application(context)
    api = current_app.extensions.get("beastmode.api")
    if api is None:
        raise click.ClickException(
            f"{current_app.import_name} has no API: nothing gives one to Beastmode(app, api=...)."
        )
    if version not in api.documents:
        raise click.ClickException(f"there is no version {version}; there is {', '.join(api.documents)}.")
    click.echo(json.dumps(api.documents[version], indent=2))

"""`flask beastmode openapi`: prints the OpenAPI document."""

import json

import click

from beastmode.cli.application import open_application


@click.command("openapi")
@click.argument("version")
@click.pass_context
def openapi(context: click.Context, version: str) -> None:
    """Print the OpenAPI document of VERSION, such as v1."""
    documents = open_application(context).extensions.get("beastmode.documents")
    if not documents:
        raise click.ClickException("this application has no API; pass one to Beastmode(app, api=...).")
    if version not in documents:
        raise click.ClickException(f"there is no version {version}; available versions: {', '.join(documents)}.")
    click.echo(json.dumps(documents[version].content(), indent=2))

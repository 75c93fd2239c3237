"""`flask beastmode settings`: what holds for this application."""

import json
from typing import Any
from urllib.parse import urlsplit

import click

from beastmode.cli.application import installed_settings, open_application
from beastmode.core.settings import settings_table

__all__ = ["masked", "settings"]


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, for another program.")
@click.pass_context
def settings(context: click.Context, *, as_json: bool) -> None:
    """Show every setting and its value, secrets masked."""
    found = installed_settings(open_application(context))
    rows = []
    for row in settings_table():
        value = getattr(found, row.name.lower())
        shown = masked(value) if row.is_secret else value
        rows.append({"name": row.name, "value": shown, "is_default": value == row.default, "about": row.sentence})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for line in rows:
        mark = " " if line["is_default"] else "*"
        click.echo(f"{mark} {line['name']:{width}}  {written(line['value'])}")
    click.echo(f"\n{len(rows)} settings; * differs from the default.")


def masked(value: Any) -> Any:
    """A secret as it may be shown: an address without its password and query, anything else as stars.

    Args:
        value: The secret, a text or several.
    """
    if isinstance(value, tuple):
        return [masked(secret) for secret in value]
    scheme, found, rest = str(value).partition("://")
    if not found:
        return "********" if value else ""
    address = urlsplit(f"//{rest}")
    people, at, host = address.netloc.rpartition("@")
    name, colon, _ = people.partition(":")
    return f"{scheme}://{name}{colon and ':********'}{at}{host}{address.path}"


def written(value: Any) -> str:
    """A value as a person would write it into the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(value)
    return "" if value is None else str(value)

"""`flask beastmode settings`: the settings of this application."""

import json
import re
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from beastmode.cli.application import installed_settings, open_application
from beastmode.core.secrets import STARS
from beastmode.core.settings import settings_table

_DATABASES = re.compile(r"(?:sqlite|postgres|postgresql)(?:\+\w+)?")
_PLAIN = re.compile(r"[\w.:%/-]*")
"""The characters of names of users, hosts and databases; no @, because a password might continue after it."""


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--describe", is_flag=True, help="Also print what each setting does, and what it expects.")
@click.pass_context
def settings(context: click.Context, *, as_json: bool, describe: bool) -> None:
    """Show every setting and its value, those of the project included; secrets are masked."""
    current = installed_settings(open_application(context))
    rows = []
    for row in settings_table(type(current)):
        value = getattr(current, row.name.lower())
        shown = value if not row.is_secret else masked(value) if row.name == "DATABASE_URL" else _hidden(value)
        described = {"about": row.sentence, "expects": row.expects}
        rows.append({"name": row.name, "value": shown, "is_default": value == row.default, **described})
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for line in rows:
        mark = " " if line["is_default"] else "*"
        click.echo(f"{mark} {line['name']:{width}}  {_written(line['value'])}")
        if describe:
            click.echo(f"    {line['about']}\n    Expects {line['expects']}.\n")
    click.echo(f"\n{len(rows)} settings; * differs from the default.")


def masked(value: Any) -> Any:
    """A secret as it may be shown: the URL of a database without its password and query, anything else as asterisks.

    Args:
        value: The secret, one string or several.
    """
    if isinstance(value, tuple):
        return [masked(secret) for secret in value]
    return (_masked_address(value) or STARS) if value else ""


def _hidden(value: Any) -> Any:
    """A secret that is not a URL, as asterisks."""
    return [STARS] * len(value) if isinstance(value, tuple) else STARS if value else ""


def _masked_address(text: str) -> str | None:
    """The URL of a database, without its password and query; None if it is not such a URL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return None
    if not _DATABASES.fullmatch(url.drivername):
        return None
    if url.drivername.startswith("sqlite") and url.host is None and url.username is None:
        return f"{url.drivername}:///{url.database}" if url.database else f"{url.drivername}://"
    # A password with an @ that is not written as %40 continues in the part that is parsed as the host.
    host = (url.host or "").rpartition("@")[2]
    if not _PLAIN.fullmatch(f"{url.username or ''}{host}{url.database or ''}"):
        return None
    return url.set(host=host or None, query={}).render_as_string(hide_password=True).replace(":***@", f":{STARS}@")


def _written(value: Any) -> str:
    """A value as it would be written in the environment."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(value)
    return "" if value is None else str(value)

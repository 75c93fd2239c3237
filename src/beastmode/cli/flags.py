"""`flask beastmode flag`: lists feature flags, and sets for whom they are on."""

from getpass import getuser
from typing import Any

import click

from beastmode.cli.application import open_application
from beastmode.core.errors import ConfigurationError
from beastmode.flags import Change, Flags, Rollout
from beastmode.flags.flags import EXTENSION
from beastmode.flags.rollout import EVERYONE, NOBODY
from beastmode.flags.settings import percentage_of


@click.group("flag")
def flag() -> None:
    """List feature flags, and set for whom they are on."""


@flag.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """List the flags, and for whom they are on."""
    flags = _flags_of(context)
    rollouts = flags.rollouts()
    for each in flags.declared:
        click.echo(f"{each.name}  {_shown(rollouts[each.name])}  {each.description}".rstrip())


@flag.command("set")
@click.argument("name")
@click.argument("value")
@click.option(
    "--for", "caller", metavar="CALLER", help="Set it for one caller, such as account:42; VALUE is on or off."
)
@click.option("--by", default=None, help="Who changes it, for the history. By default the system's user.")
@click.pass_context
def set_command(context: click.Context, *, name: str, value: str, caller: str | None, by: str | None) -> None:
    """Set the flag NAME to VALUE: on, off, or for how many accounts, such as 25%."""
    flags = _flags_of(context)
    percentage = percentage_of(value)
    if percentage is None or (caller is not None and percentage not in (NOBODY, EVERYONE)):
        expected = "on or off" if caller is not None else "on, off, or a percentage from 0% to 100%"
        raise click.UsageError(f"VALUE is {value!r}; expected {expected}.")
    try:
        if caller is None:
            flags.set(name, percentage, by=by or _user())
        else:
            flags.set_for(caller, name, on=percentage == EVERYONE, by=by or _user())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name}  {_shown(flags.rollouts()[name])}")


@flag.command("reset")
@click.argument("name")
@click.option("--for", "caller", metavar="CALLER", help="Take back what was set for one caller, such as account:42.")
@click.option("--by", default=None, help="Who changes it, for the history. By default the system's user.")
@click.pass_context
def reset_command(context: click.Context, *, name: str, caller: str | None, by: str | None) -> None:
    """Take back what was set for the flag NAME, so that FLAGS or its default applies again."""
    flags = _flags_of(context)
    try:
        flags.reset(name, caller, by=by or _user())
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{name}  {_shown(flags.rollouts()[name])}")


@flag.command("history")
@click.argument("name", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Maximum number of changes."
)
@click.pass_context
def history(context: click.Context, *, name: str | None, limit: int) -> None:
    """List who has changed the flag NAME, or any flag, and when, newest first."""
    flags = _flags_of(context)
    try:
        changes = flags.changes(name, limit)
    except ConfigurationError as error:
        raise click.ClickException(str(error)) from error
    for each in changes:
        click.echo(f"{each.changed_at:%Y-%m-%d %H:%M:%S}  {each.flag}  {_result(each)}  by {each.changed_by}")


def _flags_of(context: click.Context) -> Flags:
    found: Any = open_application(context).extensions.get(EXTENSION)
    if found is None:
        raise click.ClickException("this application has no flags; pass them to Beastmode(app, flags=...).")
    flags: Flags = found
    return flags


def _shown(rollout: Rollout) -> str:
    people = [f"{'on' if is_on else 'off'} for {key}" for key, is_on in sorted(rollout.people.items())]
    return ", ".join([_part(rollout.percentage), *people])


def _result(change: Change) -> str:
    target = "" if change.caller is None else f" for {change.caller}"
    return f"{'reset' if change.percentage is None else _part(change.percentage)}{target}"


def _part(percentage: int) -> str:
    return {NOBODY: "off", EVERYONE: "on"}.get(percentage, f"{percentage}%")


def _user() -> str:
    """Who has started the command; a container's user may have no name."""
    try:
        return f"cli:{getuser()}"
    except (KeyError, OSError):
        return "cli"

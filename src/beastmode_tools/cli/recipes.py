"""`beast recipes`: what `beast add` and `beast change` can do, as data."""

import inspect
import json
from collections.abc import Iterator

import click

from beastmode_tools.cli.group import commands
from beastmode_tools.terminal import say

__all__ = ["recipes"]

GROUPS = ("add", "change")
"""Commands that change a project, each with an exact inverse."""


@click.command(short_help="List the recipes.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON, with examples.")
def recipes(*, as_json: bool) -> None:
    """Lists what `beast add` and `beast change` can do."""
    found = list(listed())
    if as_json:
        say(json.dumps(found, indent=2))
    else:
        say("\n".join(f"beast {each['usage']}\n    {each['says']}" for each in found))


def listed() -> Iterator[dict[str, str]]:
    """Each recipe: how it is written, what it does, and an example."""
    context = click.Context(commands, info_name="beast")
    for name in GROUPS:
        group = commands.get_command(context, name)
        if isinstance(group, click.Group):
            for each in group.list_commands(context):
                command = group.get_command(context, each)
                if command is not None and not command.hidden:
                    yield facts(f"{name} {each}", command)


def facts(name: str, command: click.Command) -> dict[str, str]:
    """A recipe for programs."""
    context = click.Context(command, info_name=name)
    words = [word for word in command.collect_usage_pieces(context) if word != "[OPTIONS]"]
    text = inspect.cleandoc(command.help or "")
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith("beast ")]
    return {
        "usage": " ".join([name, *words]),
        "says": command.get_short_help_str(limit=200),
        "example": examples[0] if examples else "",
    }

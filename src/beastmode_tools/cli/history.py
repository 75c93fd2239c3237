"""`beast history`: the changes that `beast` made to this project."""

import json
from pathlib import Path

import click

from beastmode_tools.recipes.change import project_folder
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.terminal import plain, say

__all__ = ["history"]


@click.command(short_help="List the changes that beast made.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def history(*, as_json: bool) -> None:
    """Lists the changes that `beast` made to this project, oldest first."""
    entries = [each for each in Journal(project_folder(Path.cwd())).entries() if each.state != "begun"]
    if as_json:
        told = [
            {"id": each.id, "state": each.state, "made_at": each.made_at, "command": each.command}
            | {"files": [file.path for file in each.files]}
            for each in entries
        ]
        say(json.dumps(told, indent=2))
    elif not entries:
        say("No changes yet. `beast add` makes them.")
    else:
        say(
            "\n".join(
                f"{each.id}  {each.made_at[:16]}  {each.state:<7}  beast {plain(each.command)}" for each in entries
            )
        )

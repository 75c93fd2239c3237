"""`beast update`: what `beast new` writes today, in a project that exists."""

import click

from beastmode_tools.cli.recipe import change_options, command_line, make_change
from beastmode_tools.recipes.update.recipe import update_project

__all__ = ["update"]


@click.command(short_help="Bring the project's files up to date with beast new.")
@click.option("--markers", is_flag=True, help="Write lines that both changed with the conflict markers of git.")
@change_options
def update(*, markers: bool, pretend: bool, as_json: bool) -> None:
    """Brings the files that `beast new` wrote to what it would write today, by a three-way merge.

    Your changes are kept, files that you deleted stay deleted, and a file in which both changed the same lines is left
    alone and named. Migrations and `.env` are never touched.
    """
    command = command_line()
    make_change(
        lambda workspace: update_project(workspace, command, has_markers=markers), pretend=pretend, as_json=as_json
    )

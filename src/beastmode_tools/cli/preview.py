"""`beast preview`: what a command would change, and the class that the guard would give it."""

import difflib

import click

from beastmode_tools.cli.recipe import PREVIEW

__all__ = ["preview"]

PREVIEWED = ("add", "change", "new", "update", "undo", "adopt")
"""The commands that change a project."""


@click.command(
    short_help="Show what a command would change.",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
)
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED, metavar="COMMAND [ARGUMENT]...")
@click.pass_context
def preview(ctx: click.Context, *, arguments: tuple[str, ...]) -> object:
    r"""Shows the diff of a command that changes the project, how much that is, and its verdict. Nothing is changed.

    \b
    beast preview add resource Product name:str:120
    """
    name, *rest = arguments
    root = ctx.find_root()
    group = root.command
    command = group.get_command(root, name) if isinstance(group, click.Group) and name in PREVIEWED else None
    if command is None:
        near = difflib.get_close_matches(name, PREVIEWED, 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise click.UsageError(f"{name!r} changes no project, so there is nothing to preview.{hint}", ctx)
    ctx.meta[PREVIEW] = True
    ctx.meta["beastmode_tools.arguments"] = list(arguments)
    with command.make_context(name, [*rest, "--pretend"], parent=root) as inner:
        return command.invoke(inner)

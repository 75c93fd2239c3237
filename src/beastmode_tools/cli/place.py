"""The options that name a project."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["app_option", "project_option", "python_option"]

MARK = "beastmode.toml"


def nearest() -> Path:
    """The current folder, or the nearest above it, in the same repository, with settings of the guard."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / MARK).exists():
            return Path(os.path.relpath(folder))
        if (folder / ".git").exists():
            break
    return Path()


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

project_option: Decorator = click.option(
    "--project",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=nearest,
    metavar="DIR",
    help="The project's directory, in a git working tree.  [default: the current one, or one above it]",
)
app_option: Decorator = click.option(
    "--app", metavar="MODULE[:FACTORY]", help="The application, as for `flask --app`.  [default: detected]"
)
python_option: Decorator = click.option(
    "--python",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The Python interpreter with the project's packages.  [default: the project's .venv]",
)

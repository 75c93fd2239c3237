"""The options that name a project."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["app_option", "project_option", "python_option"]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

project_option: Decorator = click.option(
    "--project",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="The project's directory, in a git working tree.  [default: the current one]",
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

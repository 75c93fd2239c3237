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
    help="The project's folder, in a git work tree.  [default: this one]",
)
app_option: Decorator = click.option(
    "--app", metavar="MODULE[:FACTORY]", help="The application, as `flask --app` takes it.  [default: found]"
)
python_option: Decorator = click.option(
    "--python",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The interpreter that has the project's packages.  [default: that of its .venv]",
)

"""`beast dev`: the project, served while it is edited."""

from pathlib import Path

import click

from beastmode_tools.development.serve import serve
from beastmode_tools.project import interpreter
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import say

__all__ = ["dev"]


@click.command(short_help="Serve the project with reload.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 chooses a free one.")
@click.option(
    "--python",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The Python interpreter with the project's packages.  [default: the project's .venv]",
)
def dev(*, host: str, port: int, python: Path | None) -> int:
    """Migrates the development database, seeds it, serves the project, runs its jobs, and reloads when a file changes.

    Exit status: 0 if it was stopped, 2 if it could not start.
    """
    folder = project_folder(Path.cwd())
    return serve(interpreter(folder, folder, python), folder, host=host, port=port, say=say)

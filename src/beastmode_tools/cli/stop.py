"""`beast stop`: asks a run to stop at the next step."""

from pathlib import Path

import click

from beastmode_tools.agent.run.place import run_folder, runs
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import project_folder
from beastmode_tools.terminal import say

__all__ = ["stop"]


@click.command(short_help="Stop a run after its current effect.")
@click.argument("run_id", metavar="[RUN]", required=False)
def stop(*, run_id: str | None) -> None:
    """Asks RUN, or the last one, to stop after what it is doing; `beast resume` goes on."""
    folder = project_folder(Path.cwd())
    known = runs(folder)
    if not known:
        raise CouldNotRun("there is no run here.")
    chosen = run_id or known[-1]
    (run_folder(folder, chosen) / "stop").touch()
    say(f"{chosen} stops after its current effect. Go on: beast resume {chosen}")

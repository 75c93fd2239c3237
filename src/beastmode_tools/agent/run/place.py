"""Where the runs of a project are kept."""

import re
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.journal.entry import own_folder

__all__ = ["new_run", "run_folder", "runs"]

ID = re.compile(r"r[1-9]\d*")


def runs(folder: Path) -> list[str]:
    """The IDs of all runs, oldest first."""
    found = (place.name for place in (folder / ".beast" / "runs").glob("r*") if ID.fullmatch(place.name))
    return sorted(found, key=lambda name: int(name[1:]))


def new_run(folder: Path) -> str:
    """The ID of a new run, whose folder is made."""
    number = max((int(name[1:]) for name in runs(folder)), default=0) + 1
    (own_folder(folder) / "runs" / f"r{number}").mkdir(parents=True)
    return f"r{number}"


def run_folder(folder: Path, run: str) -> Path:
    """The folder of a run.

    Raises:
        CouldNotRun: There is no such run.
    """
    place = folder / ".beast" / "runs" / run
    if not ID.fullmatch(run) or not place.is_dir():
        raise CouldNotRun(f"there is no run {run}. `beast runs` lists them.")
    return place

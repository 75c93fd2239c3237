"""Puts a new project in place: whole, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.recipes.assistants.recipe import set_up_assistants
from beastmode_tools.recipes.new.project import files_of, refuse_project_name
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.upload.recipe import add_upload
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["CREATED", "FEATURES", "create_project", "refuse_place"]


CREATED = "Create the project with beast new"
"""The subject of the first commit, by which `beast update` finds it."""
FEATURES: dict[str, Callable[[Workspace], Plan]] = {
    "uploads": lambda workspace: add_upload(workspace, "images", "add upload images"),
}
"""What `--with` adds, each by the recipe that adds it to a project that exists."""


def create_project(place: Path, name: str, database: str, features: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Create a project; the paths of its files.

    Args:
        place: The folder in which the project's folder is created.
        name: Of the project and its folder.
        database: "sqlite" or "postgres".
        features: Names of FEATURES.

    Raises:
        CouldNotRun: The name cannot be used, the folder exists, or it cannot be written.
    """
    refuse_project_name(name)
    refuse_place(place, name)
    files = files_of(name, database)
    try:
        # Beside its place, so that one rename puts all of it there.
        half = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=place))
        try:
            write(half, files)
            for feature in features:
                added = {edit.path: edit.after or b"" for edit in FEATURES[feature](Workspace(half)).edits}
                write(half, added)
                files |= added
            rules = {edit.path: edit.after or b"" for edit in set_up_assistants(Workspace(half), "init").edits}
            write(half, rules)
            files |= rules
            commit(half)
            half.chmod(0o755)
            half.rename(place / name)
        except BaseException:
            shutil.rmtree(half, ignore_errors=True)
            raise
    except OSError as problem:
        raise CouldNotRun(f"{place / name} cannot be created: {problem.strerror}.") from problem
    return tuple(files)


def refuse_place(place: Path, name: str) -> None:
    """Refuses a folder that exists, even an empty one.

    Raises:
        CouldNotRun: It exists.
    """
    if os.path.lexists(place / name):
        raise CouldNotRun(f"{name} already exists here. Remove it, or choose another name.")


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Writes every file."""
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def commit(folder: Path) -> None:
    """Makes it a git repository with one commit, which `beast check` compares with; not within another repository.

    Without git, or without a name for the commit, the project is complete all the same.
    """
    git = Git(folder)
    if shutil.which("git") is None or git.ask_or_none("rev-parse", "--is-inside-work-tree") == "true":
        return
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("add", "--all")
    git.run("commit", "--quiet", "--message", CREATED)

"""The last verdict of a run: everything since it began, with both sides started, and on scratch databases if asked."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoints
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.guard.check import check
from beastmode_tools.guard.finding import Report
from beastmode_tools.guard.read import Question
from beastmode_tools.project import Project, find_project

__all__ = ["Depth", "full_verdict", "written_out"]

Depth = Literal["read", "start", "prove"]
"""How a verdict is reached: by reading alone, by starting both sides too, or on scratch databases as well."""
PEOPLE = ("-c", "user.name=beast", "-c", "user.email=beast@localhost")


def full_verdict(
    checkpoints: Checkpoints, trees: tuple[str, str], python: Path, depth: Depth, progress: Callable[[str], None]
) -> Report:
    """What `beast check` says between two trees.

    It is asked in a repository of its own, made for the moment, so that a project without git, without a commit or in
    the middle of a merge is judged as any other.

    Args:
        checkpoints: Of the run.
        trees: When the run began, and now.
        python: The project's interpreter.
        depth: How the verdict is reached; "read" is not asked here.
        progress: Told what takes a moment.

    Raises:
        CouldNotRun: The guard could not run.
    """
    with tempfile.TemporaryDirectory(prefix="beast-final-") as place:
        folder = Path(place, checkpoints.folder.name)
        folder.mkdir()
        git = Git(folder)
        git.ask("init", "--quiet", "--initial-branch=main")
        written_out(checkpoints, trees[0], folder)
        git.ask("add", "--all", "--force")
        git.ask(*PEOPLE, "commit", "--quiet", "--allow-empty", "--message", "base")
        for edit in checkpoints.edits(*trees):
            (folder / edit.path).unlink(missing_ok=True)
            if edit.after is not None:
                (folder / edit.path).parent.mkdir(parents=True, exist_ok=True)
                (folder / edit.path).write_bytes(edit.after)
        project: Project = replace(find_project(folder, python=python), folder=folder.resolve())
        return check(Question(project, "HEAD", proofs=depth == "prove", on=("sqlite",)), progress)


def written_out(checkpoints: Checkpoints, tree: str, folder: Path) -> None:
    """Puts the files of a tree into a folder.

    Raises:
        CouldNotRun: One of them cannot be written.
    """
    for path, content in checkpoints.texts(tree):
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as problem:
            raise CouldNotRun(f"{path} could not be copied: {problem.strerror}.") from problem

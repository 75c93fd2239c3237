"""Carries a recipe out: one at a time, planned whole, applied whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.recipes.journal.entry import Journal
from beastmode_tools.recipes.journal.lock import one_at_a_time
from beastmode_tools.recipes.journal.writing import apply, recover
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Decide", "Outcome", "carry_out", "finish_interrupted", "project_folder"]

Decide = Callable[[Workspace], Plan]
MIDWAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
"""What git keeps while one of its own changes waits for a person."""
MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", ".flaskenv", "migrations", "app.py")
MARKS_OF_BEAST = ("beastmode.toml", ".beast")
"""What marks a folder above the current one; a requirements.txt there may belong to something else."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a recipe.

    Args:
        plan: What it decided.
        id: Of its entry in the journal; "" if nothing was changed.
    """

    plan: Plan
    id: str = ""


def project_folder(folder: Path) -> Path:
    """The folder, if it looks like a project's; otherwise the nearest one above it in the same repository.

    Raises:
        CouldNotRun: There is none.
    """
    here = folder.resolve()
    if any((here / mark).exists() for mark in MARKS):
        return here
    for place in (here, *here.parents):
        if any((place / mark).exists() for mark in MARKS_OF_BEAST):
            return place
        if (place / ".git").exists():
            break
    raise CouldNotRun("there is no project here. Change to its folder, or create one: beast new NAME")


def carry_out(folder: Path, decide: Decide, *, pretend: bool = False) -> Outcome:
    """Decide what a recipe changes, and change it, unless it is only to be shown.

    Args:
        folder: The project's folder.
        decide: The recipe.
        pretend: Change nothing.

    Raises:
        CouldNotRun: The recipe refuses, another command is at work, or a file cannot be written; nothing was changed.
    """
    if pretend:
        return Outcome(decide(Workspace(folder)))
    refuse_midway(folder)
    try:
        with one_at_a_time(folder):
            journal = Journal(folder)
            recover(journal)
            plan = decide(Workspace(folder))
            if not plan.edits:
                return Outcome(plan)
            entry = journal.begin(plan, datetime.now(UTC).isoformat(timespec="seconds"))
            apply(journal, entry)
    except OSError as problem:
        raise CouldNotRun(f"{problem.filename or folder}: {problem.strerror}. Nothing was changed.") from problem
    return Outcome(plan, entry.id)


def finish_interrupted(folder: Path) -> str:
    """Complete what a command that was killed had begun, in this folder or one above it; says what, or "".

    Raises:
        CouldNotRun: It cannot be completed, because a file was edited since.
    """
    for place in (folder, *folder.parents):
        if (place / ".beast" / "pending").exists():
            with one_at_a_time(place):
                return recover(Journal(place))
    return ""


def refuse_midway(folder: Path) -> None:
    """Refuses to edit files that git is about to change too.

    Raises:
        CouldNotRun: A merge, a rebase or the like is in progress.
    """
    git_folder = Git(folder).ask_or_none("rev-parse", "--absolute-git-dir")
    for name in MIDWAY if git_folder else ():
        if (Path(git_folder or "") / name).exists():
            what = name.removesuffix("_HEAD").replace("_", "-").lower().partition("-merge")[0].partition("-apply")[0]
            raise CouldNotRun(f"a {what} is in progress. Finish or abort it first: git {what} --continue or --abort.")

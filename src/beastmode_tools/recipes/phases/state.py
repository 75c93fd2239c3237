"""Which changes in phases are under way: a file of the project, so that everybody who shares the repository sees it."""

import json
import shlex
from dataclasses import asdict, dataclass
from typing import Any

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.project import migrations_folder
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Running", "begun", "forget", "is_committed", "keep", "running"]

NAME = "phases.json"


@dataclass(frozen=True, slots=True)
class Running:
    """A change whose first phase has been made, and whose last has not.

    Args:
        change: "type", "rename", "required", "drop" or "retire".
        target: What is changed: "posts.title", or a route.
        wanted: What it becomes: a type, a name, a value, a date.
        phase: The last one that was made, from 1.
        into: The column that takes over; "" for none.
        was: What the model declared before, for the phases to come.
    """

    change: str
    target: str
    wanted: str
    phase: int
    into: str = ""
    was: str = ""

    @property
    def command(self) -> str:
        """What makes the next phase."""
        wanted = f"--fill {shlex.quote(self.wanted)}" if self.change == "required" else self.wanted
        return f"beast change {self.change} {self.target} {wanted}".strip()


def path_of(workspace: Workspace) -> str:
    """Where the state is kept."""
    folder = migrations_folder(workspace.folder)
    if folder is None:
        raise CouldNotRun("there is no migrations folder. Create it: flask db init")
    return f"{folder}/{NAME}"


def all_running(workspace: Workspace) -> list[Running]:
    """Every change under way, oldest first."""
    path = path_of(workspace)
    return as_running(workspace.read(path), path) if workspace.exists(path) else []


def as_running(text: str, path: str) -> list[Running]:
    """The changes that a file lists."""
    try:
        listed: list[dict[str, Any]] = json.loads(text)
        return [Running(**each) for each in listed]
    except (ValueError, TypeError):
        raise CouldNotRun(
            f"{path} cannot be read. Restore it from git: it says which phase each change is in."
        ) from None


def running(workspace: Workspace, change: str, target: str, wanted: str) -> Running | None:
    """The change of this kind that is under way; None if it has not begun.

    Raises:
        CouldNotRun: Another change of the same target is under way.
    """
    return begun(workspace, change, target, wanted)


def begun(workspace: Workspace, change: str, target: str, wanted: str | None) -> Running | None:
    """As `running`; what is wanted may be left out, None, because the first phase has said it."""
    for each in all_running(workspace):
        if each.target == target:
            if each.change != change or wanted not in (None, each.wanted):
                raise CouldNotRun(
                    f"{target} is in phase {each.phase} of `{each.command}`. "
                    "Complete that first, or take it back: beast undo"
                )
            return each
    return None


def keep(workspace: Workspace, change: Running) -> None:
    """Store how far a change is."""
    others = [each for each in all_running(workspace) if each.target != change.target]
    write(workspace, [*others, change])


def forget(workspace: Workspace, change: Running) -> None:
    """Remove a change whose last phase has been made."""
    write(workspace, [each for each in all_running(workspace) if each.target != change.target])


def write(workspace: Workspace, changes: list[Running]) -> None:
    """Writes the file; without a change there is none."""
    path = path_of(workspace)
    if changes:
        workspace.edit(path, json.dumps([asdict(each) for each in changes], indent=2) + "\n")
    else:
        workspace.remove(path)


def is_committed(workspace: Workspace, change: Running) -> bool:
    """Whether the last phase is in the current commit, which a deployment needs."""
    path = path_of(workspace)
    text = Git(workspace.folder).ask_or_none("show", f"HEAD:./{path}")
    return text is not None and change in as_running(text, path)

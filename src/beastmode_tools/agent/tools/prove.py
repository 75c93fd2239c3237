"""`prove`: migrations up, down and up again."""

from typing import Any

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import ProveArguments
from beastmode_tools.guard.revisions import prove
from beastmode_tools.project import find_project

__all__ = ["answer"]


def answer(performer: Performer, arguments: ProveArguments) -> dict[str, Any]:
    """The report of `beast prove`."""
    project = find_project(performer.grants.root)
    return prove(project, list(arguments.revisions), progress=lambda _: None).as_json()

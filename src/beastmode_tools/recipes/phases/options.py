"""What a person says about the phase before, and what has to hold before the next one is made."""

from dataclasses import dataclass

from beastmode_tools.recipes.phases.state import Running, is_committed
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["NO_OPTIONS", "Options", "missing"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says besides the change itself.

    Args:
        deployed: The last phase is deployed, although git does not have it.
        yes: What the last phase would refuse is meant.
        api: The API shows a renamed column under its new name too.
    """

    deployed: bool = False
    yes: bool = False
    api: bool = False


NO_OPTIONS = Options()


def missing(workspace: Workspace, state: Running, phases: int, options: Options) -> str:
    """What has to be done before the next phase; "" if nothing.

    Git tells what is committed; what is deployed, only people know.
    """
    if state.phase == 0 or options.deployed or is_committed(workspace, state):
        return ""
    return (
        f"Phase {state.phase} of {phases} is made, but not committed. Commit and deploy it, then run this again "
        "(--deployed if you use no git)."
    )

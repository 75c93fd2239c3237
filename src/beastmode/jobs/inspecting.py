"""What `flask beastmode doctor` says of jobs."""

from beastmode.core.errors import BeastmodeError
from beastmode.jobs.status import counts


def refuse_dead_jobs() -> None:
    """Do nothing if no job is dead or waits for a function that no worker knows.

    Raises:
        BeastmodeError: Some are; with what to do.
    """
    states = counts().states
    if dead := states.get("dead"):
        raise BeastmodeError(
            f"{dead} jobs are dead: look at them with `flask beastmode jobs list`, then run `flask beastmode jobs "
            "retry` or `flask beastmode jobs discard`."
        )
    if parked := states.get("parked"):
        raise BeastmodeError(
            f"{parked} jobs call functions that no worker knows; import their modules where the application is "
            "created, or discard them with `flask beastmode jobs discard ID`."
        )

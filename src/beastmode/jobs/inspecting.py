"""What `flask beastmode doctor` checks about jobs."""

from beastmode.core.errors import BeastmodeError
from beastmode.jobs.status import numbers


def refuse_dead_jobs() -> None:
    """Check that no job is dead, and that none is parked because no worker knows its function.

    Raises:
        BeastmodeError: There are such jobs; the message says what to do.
    """
    states = numbers()
    if dead := states.get("dead"):
        raise BeastmodeError(
            f"{dead} jobs are dead: inspect them with `flask beastmode jobs list`, then run `flask beastmode jobs "
            "retry` or `flask beastmode jobs discard`."
        )
    if parked := states.get("parked"):
        raise BeastmodeError(
            f"{parked} jobs call functions that no worker knows; import their modules where the application is "
            "created, or discard the jobs with `flask beastmode jobs discard ID`."
        )

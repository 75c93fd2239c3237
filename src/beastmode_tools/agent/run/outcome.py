"""How a run may end, and the exit status that says so."""

import enum

__all__ = ["EXIT", "Outcome"]


class Outcome(enum.Enum):
    """The end of a run, decided by the state of the machine."""

    DONE = "done"
    STALLED = "stalled"
    STUCK = "stuck"
    LIMIT = "limit"
    ABANDONED = "abandoned"
    NEEDS_APPROVAL = "needs approval"
    PROVIDER = "provider"
    STOPPED = "stopped"

    @property
    def status(self) -> int:
        """The exit status."""
        return EXIT[self]


EXIT = {
    Outcome.DONE: 0,
    Outcome.STALLED: 3,
    Outcome.STUCK: 3,
    Outcome.LIMIT: 3,
    Outcome.ABANDONED: 4,
    Outcome.NEEDS_APPROVAL: 5,
    Outcome.PROVIDER: 6,
    Outcome.STOPPED: 7,
}
"""2 is what every command returns if it could not run; 7 is a run that was stopped or killed, and can be resumed."""

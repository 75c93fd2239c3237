"""What became of one side's code on one scratch database, an application that did not start included."""

from dataclasses import dataclass

from beastmode_tools.probes.messages.replay import Answered, Replay, SqlError, Used

__all__ = ["Answered", "Replayed", "SqlError", "Used"]


@dataclass(frozen=True)
class Replayed(Replay):
    """One run of the code.

    Args:
        start_error: Why the application did not start; "" where it did.
        migrating_error: Why it does not start when calls that change the schema are let through; "" where it does,
            None if not tried.
    """

    start_error: str = ""
    migrating_error: str | None = None

    @property
    def started(self) -> bool:
        """Whether the application started."""
        return not self.start_error

"""What the source of a migration says besides operations on the database."""

from dataclasses import dataclass
from typing import Literal

from beastmode_tools.guard.migrations.compare.operations.base import Operation
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["NoOperations", "Unreadable", "UsesApplication"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Operation):
    """Something that touches the database, and that could not be understood by reading.

    Args:
        source: What stands there, on one line.
        reason: Why it could not be understood.
    """

    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place.revision} {self.place.direction}: {self.source}"

    leaves_trace = False
    is_opaque = True

    def apply_to(self, state: State) -> None:
        """It may have created anything."""
        state.is_blind = True


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesApplication(Operation):
    """The migration takes names from the application's own code, which will go on changing."""

    module: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place.revision} imports {self.module}: {', '.join(self.names)}"

    can_be_undone = False
    leaves_trace = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOperations(Operation):
    """A direction that does nothing: its function is "missing", "empty", or only "raises"."""

    why: Literal["missing", "empty", "raises"]

    def __str__(self) -> str:
        return f"{self.place.revision} {self.place.direction}"

    can_be_undone = False
    leaves_trace = False
    may_fail_unseen = True

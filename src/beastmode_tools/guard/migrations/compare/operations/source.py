"""What the source of a migration says besides operations on the database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from beastmode_tools.guard.migrations.compare.operations.base import Operation
from beastmode_tools.guard.migrations.compare.parts import Call
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["NoOperations", "Unreadable", "UsesApplication"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable(Operation):
    """Something that touches the database, and that could not be understood by reading.

    Args:
        source: What stands there, on one line.
        reason: Why it could not be understood.
        last_line: Where it ends; 0 for the line on which it begins.
    """

    source: str
    reason: str
    last_line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.place.revision} {self.place.direction}: {self.source}"

    leaves_trace = False
    is_opaque = True
    is_vague = True

    def holds(self, calls: Iterable[Call]) -> bool:
        """Whether one of its lines was being run; without a line it is the whole file."""
        first, last = self.place.line, max(self.place.line, self.last_line)
        return any(path == self.place.path and (first <= line <= last or not first) for path, line in calls)

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

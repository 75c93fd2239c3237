"""Under which conditions the statement that is being read will run."""

from dataclasses import dataclass, replace

from beastmode_tools.guard.migrations.compare.operations import Direction, Place
from beastmode_tools.guard.migrations.read.values import DIALECTS, Test

__all__ = ["Frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the reading is; `replace` makes the next one.

    Args:
        revision: The revision's id.
        path: Of the file that is read; a module beside it while its functions are.
        direction: Which function was started.
        dialects: On which the place is reached; None for all.
        condition: Sources of what could not be decided.
        guarded: An error here is swallowed.
        autocommit: No transaction is open.
    """

    revision: str
    path: str
    direction: Direction = "upgrade"
    dialects: frozenset[str] | None = None
    condition: str = ""
    guarded: bool = False
    autocommit: bool = False

    def under(self, test: Test) -> "Frame":
        """The frame within a branch."""
        dialects = self.dialects
        if test.dialects is not None:
            dialects = test.dialects if dialects is None else dialects & test.dialects
        condition = " and ".join(part for part in (self.condition, test.text) if part)
        return replace(self, dialects=dialects, condition=condition)

    @property
    def is_unreachable(self) -> bool:
        """No dialect comes here."""
        return self.dialects is not None and not self.dialects

    def place(self, line: int, *, in_batch: bool = False, autocommit: bool = False) -> Place:
        """The place of an operation on a line."""
        dialects = () if self.dialects is None or self.dialects >= DIALECTS else tuple(sorted(self.dialects))
        return Place(
            revision=self.revision,
            path=self.path,
            line=line,
            direction=self.direction,
            guarded=self.guarded,
            dialects=dialects,
            condition=self.condition,
            in_autocommit=self.autocommit or autocommit,
            in_batch=in_batch,
        )

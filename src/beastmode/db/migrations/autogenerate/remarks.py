import textwrap
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

_WIDTH = 112  # of a line of the revision, without its indentation


class RemarkOp(MigrateOperation):
    """Remarks for the reader of the revision; it does nothing."""

    def __init__(self, remarks: tuple[str, ...]) -> None:
        self.remarks = remarks

    def reverse(self) -> "RemarkOp":
        """Nothing to report for the downgrade."""
        return RemarkOp(())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return ("remark", *self.remarks)


@renderers.dispatch_for(RemarkOp)
def render(_context: AutogenContext, operation: RemarkOp) -> list[str]:
    """The remarks as comments."""
    lines = []
    for remark in operation.remarks:
        lines += textwrap.wrap(f"REVIEW: {remark}", _WIDTH, initial_indent="# ", subsequent_indent="#   ")
    return lines

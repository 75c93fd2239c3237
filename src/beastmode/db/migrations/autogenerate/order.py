"""The order of the operations in a revision."""

from alembic.operations.ops import DropTableOp, MigrateOperation, ModifyTableOps

from beastmode.db.migrations.autogenerate.comparison import Comparison


def put_in_order(comparison: Comparison) -> None:
    """Drop tables after everything that refers to them, and remove empty operations."""
    comparison.upgrade.ops = [
        one for one in comparison.upgrade.ops if not (isinstance(one, ModifyTableOps) and not one.ops)
    ]
    comparison.upgrade.ops.sort(key=_rank)


def _rank(operation: MigrateOperation) -> int:
    """Tables are created first and dropped last; the sort is stable."""
    if isinstance(operation, DropTableOp):
        return 1
    return 0

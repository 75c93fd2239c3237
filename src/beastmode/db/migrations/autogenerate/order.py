"""The order in which a revision works."""

from alembic.operations.ops import DropTableOp, MigrateOperation, ModifyTableOps

from beastmode.db.migrations.autogenerate.comparison import Comparison

__all__ = ["put_in_order"]


def put_in_order(comparison: Comparison) -> None:
    """Have tables dropped behind what still refers to them, and drop what is empty."""
    comparison.upgrade.ops = [
        one for one in comparison.upgrade.ops if not (isinstance(one, ModifyTableOps) and not one.ops)
    ]
    comparison.upgrade.ops.sort(key=rank)


def rank(operation: MigrateOperation) -> int:
    """Tables are made first and dropped last; a sort keeps the order of what is alike."""
    if isinstance(operation, DropTableOp):
        return 1
    return 0

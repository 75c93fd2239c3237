"""What is lost with dropped tables and columns."""

from alembic.operations.ops import AddColumnOp, DropColumnOp, DropTableOp, ModifyTableOps
from sqlalchemy import Computed

from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.private_sqlalchemy import are_of_one_kind


def tell_losses(comparison: Comparison) -> None:
    """Report which columns and tables are dropped, and possible renames."""
    for operation in comparison.upgrade.ops:
        if isinstance(operation, DropTableOp):
            comparison.remarks.append(
                f"The table {operation.table_name} is dropped with its rows, and a downgrade does not bring them back."
            )
        elif isinstance(operation, ModifyTableOps):
            _tell_columns(comparison, operation)


def _tell_columns(comparison: Comparison, changes: ModifyTableOps) -> None:
    """The columns of one table."""
    adds = [one.column for one in changes.ops if isinstance(one, AddColumnOp)]
    for drop in [one for one in changes.ops if isinstance(one, DropColumnOp)]:
        column = drop.to_column()
        name = f"{changes.table_name}.{drop.column_name}"
        alike = [one.name for one in adds if are_of_one_kind(one.type, column.type)]
        if isinstance(column.server_default, Computed):
            continue  # what it holds is computed again
        meant = f" If it was renamed to {alike[0]}, write batch_op.alter_column({drop.column_name!r}, " if alike else ""
        meant += f"new_column_name={alike[0]!r}) instead of both." if alike else ""
        comparison.remarks.append(f"{name} is dropped with its data, and a downgrade does not restore it.{meant}")

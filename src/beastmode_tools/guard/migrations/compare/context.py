"""What is known at each operation: from those before and after it, from the history, from the models."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.parts import Known
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["Surroundings", "with_context"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known besides the operations of the change.

    Args:
        history: Operations of earlier upgrades that concern the same tables, in their order.
        tables: The base models' tables, as `Application.tables` has them.
        big_tables: Tables that hold many rows.
        postgres: Major version in production.
        is_one_transaction: All revisions of an upgrade run in one, as Alembic does where nothing else is said.
    """

    history: tuple[ops.Operation, ...] = ()
    tables: dict[str, Any] = field(default_factory=dict)
    big_tables: tuple[str, ...] = ()
    postgres: int = 15
    is_one_transaction: bool = False


def with_context(upgrades: Sequence[ops.Operation], surroundings: Surroundings) -> list[ops.Operation]:
    """The operations of a change's upgrades, each with what is known at its place.

    Args:
        upgrades: In the order in which they run.
        surroundings: What is known besides.
    """
    state = State(surroundings.tables)
    for op in surroundings.history:
        op.apply_to(state)
    state.begin_change()
    everything = (*surroundings.history, *upgrades)
    found: list[ops.Operation] = []
    for index, op in enumerate(upgrades):
        state.goes_on(
            op.place.revision,
            in_autocommit=op.place.in_autocommit or isinstance(op, ops.TransactionControl),
            is_one_transaction=surroundings.is_one_transaction,
        )
        table = op.table_among(everything)
        known = known_at(state, op, table, upgrades[index + 1 :])
        big = table in surroundings.big_tables
        found.append(replace(op, known=replace(known, big_table=big, postgres=surroundings.postgres)))
        op.apply_to(state)
    return found


def known_at(state: State, op: ops.Operation, table: str | None, later: Sequence[ops.Operation]) -> Known:
    """What the operations around it say when an operation on a table runs."""
    key = (table or "", op.column_name)
    column = state.column(*key) if table and op.column_name else None
    columns = op.column_names
    return Known(
        new_table=table in state.new_tables,
        new_column=key in state.new_columns
        or bool(columns and all((table, each) in state.new_columns for each in columns)),
        old_type=(column.type or None) if column else None,
        old_nullable=column.nullable if column else None,
        old_default=column.server_default if column else None,
        old_enum=old_enum(state, op, column),
        enum_missing=lacks_enum(state, op),
        filled=key in state.filled,
        checked=key in state.validated,
        indexed=op.index_used in state.indexes,
        same_transaction=isinstance(op, ops.ValidateConstraint) and (op.table, op.name) in state.fresh,
        partitioned=table in state.partitioned,
        committed=state.committed == op.place.revision,
        cleared=isinstance(op, ops.CreateIndex) and op.name in state.cleared,
        uses_new_value=isinstance(op, ops.AddEnumValue) and op.is_used_too_early(later),
        recreated=op.is_recreated(later),
        table_goes=any(isinstance(each, ops.DropTable) and each.table == table for each in later),
    )


def old_enum(state: State, op: ops.Operation, column: ops.Column | None) -> tuple[str, ...] | None:
    """The values before of a column's enum, or of the type that is changed; None where nobody knows."""
    values = state.values_of(column.enum) if column and column.enum else None
    return values or (state.enums.get(op.enum_name) if op.enum_name else None) or None


def lacks_enum(state: State, op: ops.Operation) -> bool:
    """Whether a column takes an enum type of PostgreSQL that nothing has created."""
    enum = op.enum_taken
    on_postgresql = not op.place.dialects or "postgresql" in op.place.dialects
    if enum is None or not enum.name or not enum.native or state.is_blind or not on_postgresql:
        return False
    before = op.enum_from if isinstance(op, ops.AlterColumn) else None
    return enum.name not in state.enums and (before is None or before.name != enum.name)

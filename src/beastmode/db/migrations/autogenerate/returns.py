"""Dropped columns that a downgrade adds again to a table with rows."""

from typing import Any

from alembic.operations.ops import DropColumnOp, ModifyTableOps
from sqlalchemy import Boolean, Column, Date, DateTime, Numeric, String
from sqlalchemy.types import TypeEngine

from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.defaults import added_with
from beastmode.db.migrations.autogenerate.enum_types import enum_of, quoted
from beastmode.db.migrations.private_alembic import set_way_back

_NEUTRAL: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (String, "''"),
    (Boolean, "false"),
    (Numeric, "0"),
    (Date, "CURRENT_DATE"),
    (DateTime, "CURRENT_TIMESTAMP"),
)


class _OnlyBack(ModifyTableOps):
    """Changes of the downgrade only."""

    def __init__(self, table: str, back: list[Any], schema: str | None) -> None:
        super().__init__(table, [], schema=schema)
        self.back = back

    def reverse(self) -> ModifyTableOps:
        """The changes."""
        return ModifyTableOps(self.table_name, self.back, schema=self.schema)


def prepare_returns(comparison: Comparison) -> None:
    """Restore a dropped required column with a neutral value in each row, because its values are lost."""
    for changes in [one for one in comparison.upgrade.ops if isinstance(one, ModifyTableOps)]:
        for drop in [one for one in changes.ops if isinstance(one, DropColumnOp)]:
            column = drop.to_column()
            value = _neutral_value(column)
            if value is not None:
                place = comparison.upgrade.ops.index(changes)
                comparison.upgrade.ops.insert(place, _returning(changes, drop, value))


def _neutral_value(column: Column[Any]) -> str | None:
    """The neutral value; None if the column is nullable, or if no value is neutral."""
    if column.nullable or column.server_default is not None or column.primary_key:
        return None
    if enum := enum_of(column.type):
        return quoted(enum.labels[0]) if enum.labels else None
    if "INT" in str(column.type).upper():
        return "0"
    return next((value for kind, value in _NEUTRAL if isinstance(column.type, kind)), None)


def _returning(changes: ModifyTableOps, drop: DropColumnOp, value: str) -> _OnlyBack:
    """Adds a temporary default to the column in the downgrade."""
    added, last = added_with(changes.table_name, changes.schema, drop.to_column(), value)
    set_way_back(drop, added)
    return _OnlyBack(changes.table_name, [last], changes.schema)

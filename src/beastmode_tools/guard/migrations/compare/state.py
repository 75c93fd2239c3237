"""The database as far as operations tell: each operation changes it (`apply_to`), and the next one is judged by it."""

from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.migrations.compare.parts import Column, EnumType

__all__ = ["State"]

Name = tuple[str, str]
"""A table, and the name of a column or a constraint of it."""


@dataclass(slots=True)
class State:
    """What is known of the database.

    Args:
        models: The base models' tables, as `Application.tables` has them; asked where the operations say nothing.
        is_new: The operations that follow belong to the change.
        is_blind: Something was not understood, and may have created anything.
        new_tables: Created by the change.
        new_columns: Added by the change.
        columns: As they are now.
        filled: Columns that an UPDATE of the change fills.
        checks: Constraints that say that a column holds no NULL -> that column.
        validated: Columns of which a validated constraint says it.
        indexes: Those that were built concurrently -> their table.
        enums: Their values, in order.
        fresh: Constraints that the transaction that is open has added.
        revision: To which the last operation belonged.
        partitioned: Tables that are split into partitions.
        cleared: Indexes that the change has dropped.
        committed: The revision that ended its transaction by hand; "" where one is open.
    """

    models: dict[str, Any] = field(default_factory=dict)
    is_new: bool = False
    is_blind: bool = False
    new_tables: set[str] = field(default_factory=set)
    new_columns: set[Name] = field(default_factory=set)
    columns: dict[Name, Column] = field(default_factory=dict)
    filled: set[Name] = field(default_factory=set)
    checks: dict[Name, Name] = field(default_factory=dict)
    validated: set[Name] = field(default_factory=set)
    indexes: dict[str, str] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    fresh: set[Name] = field(default_factory=set)
    revision: str = ""
    partitioned: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    committed: str = ""

    def goes_on(self, revision: str, *, in_autocommit: bool, is_one_transaction: bool) -> None:
        """An operation of a revision comes, and with it a new transaction, if it does not belong to the open one."""
        if in_autocommit or (revision != self.revision and not is_one_transaction):
            self.fresh.clear()
        self.revision = revision

    def begin_change(self) -> None:
        """What follows belongs to the change, and what came before it works."""
        self.fresh.clear()
        self.is_new, self.is_blind = True, False
        self.filled.clear()

    def add_enum(self, enum: EnumType | None) -> None:
        """The enum type of a column is there."""
        if enum is not None and enum.name:
            self.enums.setdefault(enum.name, enum.values)

    def values_of(self, enum: EnumType) -> tuple[str, ...] | None:
        """The values of a column's enum; None where nobody knows."""
        return enum.values or self.enums.get(enum.name or "")

    def column(self, table: str, name: str) -> Column | None:
        """A column as it is now: by the history, else by the models."""
        known = self.columns.get((table, name))
        if known is not None:
            return known
        facts = self.models.get(table, {}).get("columns", {}).get(name)
        return Column.of(name, facts) if isinstance(facts, dict) else None

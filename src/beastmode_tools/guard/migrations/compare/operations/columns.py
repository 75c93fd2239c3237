"""Operations on columns."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Literal

from beastmode_tools.guard.migrations.compare.column_types import same_type
from beastmode_tools.guard.migrations.compare.operations.base import Step, TableOperation
from beastmode_tools.guard.migrations.compare.parts import Column, EnumType
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["AddColumn", "AlterColumn", "DropColumn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddColumn(TableOperation):
    """ALTER TABLE ADD COLUMN."""

    column: Column
    if_not_exists: bool = False

    def __str__(self) -> str:
        return f"add_column {self.table}.{self.column.name}"

    locks_table = True
    rebuilds_on_sqlite = False

    @property
    def column_name(self) -> str:
        """The column."""
        return self.column.name

    @property
    def enum_taken(self) -> EnumType | None:
        """The enum that the column has."""
        return self.column.enum

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The enum's name."""
        enum = self.column.enum
        return {(enum.name,)} if enum and enum.name else set()

    @property
    def steps(self) -> list[Step]:
        """The column comes."""
        return [("add column", self.table, self.column.name)]

    @property
    def undone_by(self) -> list[Step]:
        """DROP COLUMN."""
        return [("drop column", self.table, self.column.name)]

    def apply_to(self, state: State) -> None:
        """The column is there."""
        state.columns[self.table, self.column.name] = self.column
        if state.is_new:
            state.new_columns.add((self.table, self.column.name))
        else:
            # ADD COLUMN creates no type; one that is merged and works shows that the type is there.
            state.add_enum(self.column.enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropColumn(TableOperation):
    """ALTER TABLE DROP COLUMN."""

    column: str
    cascade: bool = False

    def __str__(self) -> str:
        return f"drop_column {self.table}.{self.column}"

    locks_table = True
    loses = True

    @property
    def column_name(self) -> str:
        """The column."""
        return self.column

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The table and the column."""
        return {(self.table.rpartition(".")[2], self.column)}

    @property
    def steps(self) -> list[Step]:
        """The column goes."""
        return [("drop column", self.table, self.column)]

    @property
    def undone_by(self) -> list[Step]:
        """ADD COLUMN."""
        return [("add column", self.table, self.column)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterColumn(TableOperation):
    """ALTER TABLE ALTER COLUMN, one or several things at once; what stays the same is None.

    Args:
        table: The table.
        column: The column's name before.
        new_name: Its name afterwards, where it changes.
        type_to: Its type afterwards, where it changes.
        type_from: Its type before, where the migration says so.
        enum_to: The enum afterwards, where the type is one.
        enum_from: The enum before, where the migration says so.
        using: SQL of the conversion.
        nullable: Whether it takes NULL afterwards, where that changes.
        default_change: Whether the server default is set or dropped; "" where it stays.
        default: SQL of the new server default.
        identity: It becomes, or stops to be, an identity column.
    """

    column: str
    new_name: str | None = None
    type_to: str | None = None
    type_from: str | None = None
    enum_to: EnumType | None = None
    enum_from: EnumType | None = None
    using: str | None = None
    nullable: bool | None = None
    default_change: Literal["", "set", "dropped"] = ""
    default: str | None = None
    identity: bool = False

    def __str__(self) -> str:
        parts = [
            f"rename to {self.new_name}" if self.new_name else "",
            f"type {self.type_to}" if self.type_to is not None else "",
            "" if self.nullable is None else "null" if self.nullable else "not null",
            f"default {self.default_change}" if self.default_change else "",
            "identity" if self.identity else "",
        ]
        return " ".join(["alter_column", f"{self.table}.{self.column}", *(part for part in parts if part)])

    locks_table = True

    @property
    def name_after(self) -> str:
        """The column's name afterwards."""
        return self.new_name or self.column

    @property
    def column_name(self) -> str:
        """The column, by its name before."""
        return self.column

    @property
    def enum_taken(self) -> EnumType | None:
        """The enum afterwards."""
        return self.enum_to

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The table and the column; the enum's name."""
        enum = {(self.enum_to.name,)} if self.enum_to and self.enum_to.name else set()
        return {(self.table.rpartition(".")[2], self.column)} | enum

    def mentions(self, word: str) -> bool:
        """Whether its default holds a word."""
        return word in (self.default or "")

    @property
    def steps(self) -> list[Step]:
        """What it changes; a type and whether it takes NULL count under both names."""
        found: list[Step] = [("rename column", self.table, self.column, self.new_name)] if self.new_name else []
        for name in {self.column, self.name_after}:
            found += [("type", self.table, name)] if self.type_to is not None else []
            found += [("null", self.table, name, str(self.nullable))] if self.nullable is not None else []
        return found

    @property
    def undone_by(self) -> list[Step]:
        """The name, the type and the NULL that it had before."""
        name = self.name_after
        found: list[Step] = [("rename column", self.table, self.new_name, self.column)] if self.new_name else []
        found += [("type", self.table, name)] if self.type_to is not None and self.type_to != self.type_from else []
        found += [("null", self.table, name, str(not self.nullable))] if self.nullable is not None else []
        return found

    def is_undone_at_once(self, made: AbstractSet[Step]) -> bool:
        """Whether it says what was so already."""
        del made
        same = self.type_to is None or same_type(self.type_to, self.type_from or self.known.old_type or "")
        settled = self.nullable is None or self.nullable == self.known.old_nullable
        return same and settled and not (self.new_name or self.default_change or self.identity)

    def is_settled_by(self, step: Step, made: AbstractSet[Step]) -> bool:
        """Whether the column comes or goes as a whole in the same upgrade."""
        del step
        names = {self.column, self.name_after}
        return any((verb, self.table, name) in made for verb in ("add column", "drop column") for name in names)

    @property
    def columns_needed(self) -> tuple[str, ...]:
        """The column, by its name afterwards."""
        return (self.name_after,)

    @property
    def traces(self) -> list[str]:
        """One for each thing that changes: SQL may say them one by one."""
        changed = {
            "rename": self.new_name is not None,
            "type": self.type_to is not None,
            "null": self.nullable is not None,
            "default": bool(self.default_change),
        }
        return [f"alter {self.table}.{self.column} {what}" for what, is_there in changed.items() if is_there]

    def apply_to(self, state: State) -> None:
        """The column is another one."""
        key = self.table, self.column
        column = state.column(*key) or Column(self.column)
        if self.type_to is not None:
            column = replace(column, type=self.type_to, enum=self.enum_to or column.enum)
        if self.nullable is not None:
            column = replace(column, nullable=self.nullable)
        if self.default_change:
            column = replace(column, server_default=self.default)
        if self.new_name:
            state.columns.pop(key, None)
            if key in state.new_columns:
                state.new_columns.add((self.table, self.new_name))
        state.columns[self.table, self.name_after] = replace(column, name=self.name_after)

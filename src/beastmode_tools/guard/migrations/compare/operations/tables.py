"""Operations on whole tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations.base import Operation, Step, TableOperation
from beastmode_tools.guard.migrations.compare.parts import Column, Constraint
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["AlterTable", "CreateTable", "DropTable", "RenameTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateTable(TableOperation):
    """CREATE TABLE; `from_query` where it is filled by a SELECT, `partitioned` where partitions hold its rows."""

    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    from_query: bool = False
    partitioned: bool = False

    def __str__(self) -> str:
        return f"create_table {self.table}"

    @property
    def steps(self) -> list[Step]:
        """The table comes."""
        return [("create table", self.table)]

    @property
    def undone_by(self) -> list[Step]:
        """DROP TABLE."""
        return [("drop table", self.table)]

    is_part_of_table = False

    @property
    def enums_created(self) -> list[str]:
        """The types of its columns, which CREATE TABLE makes too."""
        enums = [each.enum for each in self.columns if each.enum]
        return [each.name for each in enums if each.name and each.native and each.creates]

    def apply_to(self, state: State) -> None:
        """The table is there, with its columns."""
        if state.is_new and not self.if_not_exists:
            state.new_tables.add(self.table)
        if self.partitioned:
            state.partitioned.add(self.table)
        for column in self.columns:
            state.columns[self.table, column.name] = column
            state.add_enum(column.enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropTable(TableOperation):
    """DROP TABLE."""

    cascade: bool = False

    def __str__(self) -> str:
        return f"drop_table {self.table}"

    @property
    def steps(self) -> list[Step]:
        """The table goes."""
        return [("drop table", self.table)]

    @property
    def undone_by(self) -> list[Step]:
        """CREATE TABLE."""
        return [("create table", self.table)]

    loses = True
    is_part_of_table = False

    def is_recreated(self, later: Sequence[Operation]) -> bool:
        """Whether a table takes its name."""
        return any(
            (isinstance(each, CreateTable) and each.table == self.table)
            or (isinstance(each, RenameTable) and each.new_name == self.table)
            for each in later
        )

    def apply_to(self, state: State) -> None:
        """The table is gone, with its columns."""
        state.new_tables.discard(self.table)
        for key in [key for key in state.columns if key[0] == self.table]:
            del state.columns[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTable(TableOperation):
    """ALTER TABLE RENAME TO, or SET SCHEMA: then only the schema of `new_name` differs."""

    new_name: str

    def __str__(self) -> str:
        return f"rename_table {self.table} to {self.new_name}"

    locks_table = True

    @property
    def steps(self) -> list[Step]:
        """One name for another."""
        return [("rename table", self.table, self.new_name)]

    @property
    def undone_by(self) -> list[Step]:
        """The same the other way round."""
        return [("rename table", self.new_name, self.table)]

    def apply_to(self, state: State) -> None:
        """The table has another name, and so have its columns."""
        if self.table in state.new_tables:
            state.new_tables.add(self.new_name)
        for table, name in [key for key in state.columns if key[0] == self.table]:
            state.columns[self.new_name, name] = state.columns.pop((table, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterTable(TableOperation):
    """Another action of ALTER TABLE, in capitals without its arguments: "DETACH PARTITION", "DISABLE TRIGGER"..."""

    action: str
    sql: str = ""

    def __str__(self) -> str:
        return f"alter_table {self.table} {self.action.lower()}"

    @property
    def statement(self) -> str:
        """The statement."""
        return self.sql

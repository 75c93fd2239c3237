"""Operations on indexes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations.base import Operation, Step, TableOperation
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["CreateIndex", "DropIndex"]


def name_alone(name: str) -> str:
    """A name without its schema: an index always is in the schema of its table."""
    return name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateIndex(TableOperation):
    """CREATE INDEX."""

    name: str | None
    columns: tuple[str, ...] = ()
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    where: str | None = None

    def __str__(self) -> str:
        return f"create_index {self.name or self.where_it_is}"

    locks_table = True
    rebuilds_on_sqlite = False

    @property
    def where_it_is(self) -> str:
        """Table and columns, in words."""
        return f"on {self.table} ({','.join(self.columns)})"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that it is on."""
        return self.columns

    @property
    def steps(self) -> list[Step]:
        """The index comes; without a name it gets one by convention, so its table is all that is known."""
        return [("create index", name_alone(self.name)) if self.name else ("create unnamed index", self.table)]

    @property
    def undone_by(self) -> list[Step]:
        """DROP INDEX."""
        return [("drop index", name_alone(self.name))] if self.name else []

    @property
    def columns_needed(self) -> tuple[str, ...]:
        """The columns that it is on."""
        return self.columns

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The table, where it is split into partitions."""
        return {(self.table.rpartition(".")[2], word) for word in ("partition_by", "PARTITION BY")}

    def apply_to(self, state: State) -> None:
        """One that was built concurrently may become a constraint."""
        if self.name and self.concurrently:
            state.indexes[self.name] = self.table


@dataclass(frozen=True, slots=True, kw_only=True)
class DropIndex(Operation):
    """DROP INDEX; `table` is None where the statement does not name it."""

    name: str | None
    table: str | None = None
    concurrently: bool = False

    def __str__(self) -> str:
        return f"drop_index {self.name or f'on {self.table} (?)'}"

    locks_table = True
    rebuilds_on_sqlite = False

    @property
    def tables(self) -> tuple[str, ...]:
        """The table, where the statement names it."""
        return (self.table,) if self.table else ()

    @property
    def is_vague(self) -> bool:
        """Whether its name is not written in the migration."""
        return self.name is None

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The index's name."""
        return {(self.name,)} if self.name else set()

    def table_among(self, operations: Iterable[Operation]) -> str | None:
        """The table that it names, else the one on which an index of this name was created."""
        made = (each.table for each in operations if isinstance(each, CreateIndex) and each.name == self.name)
        return self.table or next(made, None)

    @property
    def steps(self) -> list[Step]:
        """The index goes."""
        return [("drop index", name_alone(self.name))] if self.name else []

    @property
    def undone_by(self) -> list[Step]:
        """CREATE INDEX."""
        return [("create index", name_alone(self.name))] if self.name else []

    def apply_to(self, state: State) -> None:
        """Nothing of that name is there."""
        if state.is_new and self.name:
            state.cleared.add(self.name)

    def is_recreated(self, later: Sequence[Operation]) -> bool:
        """Whether an index takes its name."""
        return any(isinstance(each, CreateIndex) and each.name == self.name for each in later)

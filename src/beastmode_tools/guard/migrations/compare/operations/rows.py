"""Operations on rows."""

from dataclasses import dataclass, field
from typing import Literal

from beastmode_tools.guard.migrations.compare.operations.base import Operation, TableOperation
from beastmode_tools.guard.migrations.compare.parts import UNKNOWN
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["BulkInsert", "ExecuteSql", "SqlKind"]

SqlKind = Literal["update", "delete", "insert", "truncate", "merge", "select", "ddl", "other", "opaque"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteSql(Operation):
    """A statement that changes or reads rows, or one that nothing else here describes.

    Args:
        sql: Its text; for an expression of SQLAlchemy its source.
        kind: What it does; "opaque" where it was not understood.
        tables: Those that it changes.
        reads: Other tables in it.
        columns: Those that an UPDATE or INSERT writes.
        values: What an UPDATE writes: column -> SQL, in the order of `columns`.
        has_where: Whether it is limited to some rows.
        where: SQL of the condition.
        cascade: TRUNCATE ... CASCADE.
        rows: How many rows it touched, where it was seen to run.
        restored: The downgrade was seen to bring back every value that it overwrote.
    """

    sql: str
    kind: SqlKind
    tables: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    has_where: bool = False
    where: str = ""
    cascade: bool = False
    rows: int | None = field(default=None, compare=False)
    restored: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        tables = ",".join(self.tables or self.reads)
        columns = f" ({','.join(self.columns)})" if self.columns else ""
        where = f" where {' '.join(self.where.split())}" if self.where else ""
        if self.kind in {"opaque", "other", "ddl"} or not tables:
            return f"execute {' '.join(self.sql.split())}"
        return f"{self.kind} {tables}{columns}{where}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that it writes."""
        return self.columns

    @property
    def statement(self) -> str:
        """The statement."""
        return self.sql

    @property
    def can_be_undone(self) -> bool:
        """Whether it writes rows that stay: those of a new table go with the table."""
        return not self.known.new_table and (self.kind not in {"select", "insert"} or self.writes_rows)

    @property
    def loses(self) -> bool:
        """Whether rows are gone, or hold other values."""
        return self.kind == "truncate" or self.writes_rows

    @property
    def writes_rows(self) -> bool:
        """Whether it writes rows that may be many."""
        copies = self.kind == "insert" and bool(self.reads)
        return self.kind in {"update", "delete", "merge"} or copies

    @property
    def leaves_trace(self) -> bool:
        """Whether it is known to change something."""
        return self.kind not in {"select", "other", "opaque"}

    @property
    def may_fail_unseen(self) -> bool:
        """Whether it only reads."""
        return self.kind == "select"

    @property
    def is_opaque(self) -> bool:
        """Whether it was not understood."""
        return self.kind in {"opaque", "other"}

    @property
    def is_vague(self) -> bool:
        """Whether its table or a column comes from elsewhere; a value that does is only one of many."""
        return self.is_opaque or "?" in self.tables or UNKNOWN in self.columns

    @property
    def gist(self) -> tuple[object, ...]:
        """What it does to which columns, and whether to all rows."""
        known = bool(self.tables) and not self.is_opaque
        return (self.kind, self.tables, self.columns, self.has_where) if known else (str(self),)

    @property
    def traces(self) -> list[str]:
        """One for each table: conditions are worded in many ways."""
        return [f"{self.kind} {table}" for table in self.tables] if self.leaves_trace else []

    def apply_to(self, state: State) -> None:
        """An UPDATE fills columns; what is not understood may have created anything."""
        state.is_blind = state.is_blind or self.is_opaque
        if self.kind in {"update", "merge"}:
            state.filled |= {(table, column) for table in self.tables for column in self.columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkInsert(TableOperation):
    """`op.bulk_insert`; `rows` is how many, None where unknown."""

    rows: int | None = None

    def __str__(self) -> str:
        return f"bulk_insert {self.table}"

    can_be_undone = False

    @property
    def traces(self) -> list[str]:
        """The same as those of an INSERT."""
        return [f"insert {self.table}"]

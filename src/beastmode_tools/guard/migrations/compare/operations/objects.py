"""Operations on what is no table, column, index, constraint or enum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from beastmode_tools.guard.migrations.compare.operations.base import Operation, TableOperation
from beastmode_tools.guard.migrations.compare.state import State

__all__ = [
    "Action",
    "ChangeComment",
    "LockTable",
    "Maintenance",
    "ObjectDdl",
    "RenameObject",
    "SetSetting",
    "TransactionControl",
]

Action = Literal["create", "replace", "drop", "alter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDdl(Operation):
    """DDL on what is no table, column, index, constraint or enum.

    Args:
        action: What happens to it.
        kind: "view", "materialized view", "trigger", "function", "extension", "policy", "sequence", "schema", "type",
            "domain", "role", "database", "grant", "revoke"...
        name: Its name; "" where it could not be read.
        sql: The statement.
        table: The table that it belongs to (triggers, policies).
        cascade: What depends on it goes too.
    """

    action: Action
    kind: str
    name: str
    sql: str = ""
    table: str | None = None
    cascade: bool = False

    def __str__(self) -> str:
        return f"{self.action}_{self.kind} {self.name}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The table that it belongs to."""
        return (self.table,) if self.table else ()

    @property
    def statement(self) -> str:
        """The statement."""
        return self.sql

    def is_recreated(self, later: Sequence[Operation]) -> bool:
        """Whether an object of the same kind takes its name."""
        return self.action == "drop" and any(
            isinstance(each, ObjectDdl)
            and each.action in {"create", "replace"}
            and (each.kind, each.name) == (self.kind, self.name)
            for each in later
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameObject(Operation):
    """A name changes: of an index, constraint, sequence, view, type, schema; not of a table or a column."""

    kind: str
    name: str
    new_name: str

    def __str__(self) -> str:
        return f"rename_{self.kind} {self.name} to {self.new_name}"

    def apply_to(self, state: State) -> None:
        """An enum has another name."""
        if self.kind == "type":
            state.enums[self.new_name] = state.enums.pop(self.name, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeComment(TableOperation):
    """A comment on a table or a column."""

    column: str | None = None

    def __str__(self) -> str:
        return f"comment {self.table}{'.' + self.column if self.column else ''}"

    can_be_undone = False
    may_fail_unseen = True

    @property
    def column_name(self) -> str:
        """The column, if it is on one."""
        return self.column or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockTable(TableOperation):
    """LOCK TABLE."""

    mode: str = "ACCESS EXCLUSIVE"

    def __str__(self) -> str:
        return f"lock_table {self.table}"

    can_be_undone = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(Operation):
    """VACUUM, VACUUM FULL, CLUSTER, REINDEX, ANALYZE, REFRESH MATERIALIZED VIEW."""

    command: str
    target: str = ""
    concurrently: bool = False

    def __str__(self) -> str:
        return f"{self.command.lower()} {self.target}"

    can_be_undone = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionControl(Operation):
    """BEGIN, COMMIT or ROLLBACK by hand."""

    command: str

    def __str__(self) -> str:
        return f"{self.command.lower()} in {self.place.revision}"

    can_be_undone = False
    leaves_trace = False

    def apply_to(self, state: State) -> None:
        """No transaction is open behind a COMMIT."""
        state.committed = self.place.revision if self.command == "COMMIT" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSetting(Operation):
    """SET of a setting of the session: `lock_timeout`, `statement_timeout`, `search_path`, PRAGMA of SQLite."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"set {self.name} = {self.value}"

    can_be_undone = False
    leaves_trace = False
    may_fail_unseen = True

"""The state of one reading: where it is, what it found, what it may still spend."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Operation, Place, Unreadable
from beastmode_tools.guard.migrations.compare.parts import UNKNOWN
from beastmode_tools.guard.migrations.compare.sql import operations_of_sql
from beastmode_tools.guard.migrations.read.frame import Frame
from beastmode_tools.guard.migrations.read.modules import Modules
from beastmode_tools.guard.migrations.read.values import Function, Handle, Partial, SqlText, Statement

__all__ = ["Reading", "one_line"]

# What a migration of any sane size needs; a loop over a literal of thousands ends here, and is said to.
BUDGET = 60_000
DEPTH = 16
"""Functions of a migration that call each other; what goes deeper calls itself."""


@dataclass(slots=True)
class Reading:
    """Reads one direction of one revision.

    Args:
        frame: Where it is.
        run: Runs the body of a function with arguments; set by whoever walks statements.
        modules: Finds modules of the project.
        follows_imports: Whether imports are followed at once; else when what they name is used.
    """

    frame: Frame
    run: Callable[["Reading", Function, list[Any], dict[str, Any]], Any]
    modules: Modules
    operations: list[Operation] = field(default_factory=list)
    quiet: bool = False
    follows_imports: bool = True
    spent: int = 0
    calls: list[ast.AST] = field(default_factory=list)
    is_exhausted: bool = False

    def place(self, node: ast.AST, handle: Handle | None = None) -> Place:
        """The place of what stands at a node."""
        in_batch = handle is not None and handle.kind == "batch"
        return self.frame.place(
            getattr(node, "lineno", 0), in_batch=in_batch, autocommit=handle is not None and handle.autocommit
        )

    def emit(self, *operations: Operation) -> None:
        """Keeps operations, where any dialect reaches them."""
        if not self.quiet and not self.frame.is_unreachable:
            # What is read again, turn by turn of a loop, is not told again.
            self.operations += [op for op in operations if not isinstance(op, Unreadable) or op not in self.operations]

    def cannot_read(self, node: ast.AST, reason: str) -> None:
        """Keeps that something was not understood."""
        last = getattr(node, "end_lineno", None) or 0
        self.emit(Unreadable(place=self.place(node), source=one_line(node), reason=reason, last_line=last))

    def spend(self) -> bool:
        """Whether there is budget for one more step."""
        self.spent += 1
        return self.spent <= BUDGET

    @contextmanager
    def within(self, **changes: Any) -> Iterator[None]:
        """The same reading under another frame for a while."""
        before = self.frame
        self.frame = replace(before, **changes)
        try:
            yield
        finally:
            self.frame = before

    @contextmanager
    def under(self, frame: Frame) -> Iterator[None]:
        """The same reading under a given frame for a while."""
        before, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = before

    def execute(self, node: ast.AST, value: Any, handle: Handle | None = None) -> None:
        """Keeps what executing a value does."""
        place = self.place(node, handle)
        if isinstance(value, SqlText):
            value = value.sql
        if isinstance(value, str):
            found = operations_of_sql(value, place)
            self.emit(*(partial(each, value) for each in found))
        elif isinstance(value, Statement):
            self.emit(statement_operation(value, place))
        else:
            self.cannot_read(node, "what it executes is not written in the migration")


def partial(operation: Operation, sql: str) -> Operation:
    """An operation of a text that is known in part: if a name in it is not, nobody knows what it changes."""
    if not isinstance(sql, Partial):
        return operation
    names = [getattr(operation, key, None) for key in ("table", "column", "name", "new_name")]
    tables = getattr(operation, "tables", ())
    if any(UNKNOWN in str(name) for name in [*names, *tables]):
        return Unreadable(place=operation.place, source=sql.strip(), reason="a name in it comes from elsewhere")
    return operation


def statement_operation(statement: Statement, place: Place) -> ExecuteSql:
    """A built statement as an operation."""
    kind = "select" if statement.kind == "query" else statement.kind
    return ExecuteSql(
        place=place,
        sql=statement.source,
        kind=kind,  # type: ignore[arg-type]  # statements have just these kinds
        tables=(statement.table,) if kind != "select" else (),
        reads=(statement.table,) if kind == "select" else (),
        columns=statement.columns,
        values=statement.values,
        has_where=bool(statement.where),
        where=statement.where,
    )


def one_line(node: ast.AST, limit: int = 160) -> str:
    """Source of a node on one line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= limit else text[: limit - 3] + "..."

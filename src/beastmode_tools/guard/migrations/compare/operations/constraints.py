"""Operations on constraints."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from beastmode_tools.guard.migrations.compare.operations.base import Operation, Step, TableOperation
from beastmode_tools.guard.migrations.compare.parts import Constraint, ConstraintKind
from beastmode_tools.guard.migrations.compare.state import State

__all__ = ["AddConstraint", "DropConstraint", "ValidateConstraint"]

NOT_NULL = re.compile(r'^\W*"?(\w+)"?\s+IS\s+NOT\s+NULL\W*$', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddConstraint(TableOperation):
    """ALTER TABLE ADD CONSTRAINT."""

    constraint: Constraint

    def __str__(self) -> str:
        inner = self.constraint
        which = inner.name or ",".join(inner.columns) or inner.condition or "?"
        return f"add_{inner.kind} {self.table}.{which}"

    locks_table = True

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that it is on."""
        return self.constraint.columns

    @property
    def index_used(self) -> str | None:
        """The index that it takes over."""
        return self.constraint.using_index

    @property
    def undone_by(self) -> list[Step]:
        """DROP CONSTRAINT."""
        name = self.constraint.name
        return [("drop constraint", self.table, name)] if name else []

    @property
    def columns_needed(self) -> tuple[str, ...]:
        """Its columns; of a check the words of its condition, which names some."""
        if self.constraint.kind != "check":
            return self.constraint.columns
        return tuple(re.findall(r"\w+", self.constraint.condition or ""))

    @property
    def traces(self) -> list[str]:
        """Its kind, and its name or columns: nobody words a condition twice the same."""
        inner = self.constraint
        return [f"constraint {self.table}.{inner.kind}.{inner.name or ','.join(inner.columns)}"]

    def apply_to(self, state: State) -> None:
        """The constraint is there, and may say that a column holds no NULL."""
        inner = self.constraint
        if inner.name:
            state.fresh.add((self.table, inner.name))
        match = NOT_NULL.match(inner.condition or "")
        if match and inner.name:
            state.checks[self.table, inner.name] = (self.table, match[1])
        if match and not inner.not_valid:
            state.validated.add((self.table, match[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropConstraint(TableOperation):
    """ALTER TABLE DROP CONSTRAINT; `name` is None where the migration gives none, which cannot run."""

    name: str | None
    kind: ConstraintKind | None = None
    cascade: bool = False

    def __str__(self) -> str:
        return f"drop_constraint {self.table}.{self.name}"

    locks_table = True

    def is_recreated(self, later: Sequence[Operation]) -> bool:
        """Whether a foreign key takes its name: others of that name may demand less than it did."""
        return any(
            isinstance(each, AddConstraint)
            and each.constraint.kind == "foreign"
            and (each.table, each.constraint.name) == (self.table, self.name)
            for each in later
        )

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The table and the constraint."""
        return {(table.rpartition(".")[2], self.name) for table in self.tables} if self.name else set()

    @property
    def steps(self) -> list[Step]:
        """The constraint goes; what it demanded is not known, so no step undoes it."""
        return [("drop constraint", self.table, self.name)] if self.name else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateConstraint(TableOperation):
    """ALTER TABLE VALIDATE CONSTRAINT."""

    name: str

    def __str__(self) -> str:
        return f"validate_constraint {self.table}.{self.name}"

    can_be_undone = False

    @property
    def earlier_words(self) -> set[tuple[str, ...]]:
        """The table and the constraint."""
        return {(table.rpartition(".")[2], self.name) for table in self.tables} if self.name else set()

    def apply_to(self, state: State) -> None:
        """The constraint holds for every row from here on."""
        known = state.checks.get((self.table, self.name))
        if known is not None:
            state.validated.add(known)

"""Foreign keys: between tables that are created together, and of tables that have rows."""

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import (
    CreateForeignKeyOp,
    CreateTableOp,
    DropConstraintOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
)
from sqlalchemy import ForeignKeyConstraint, Table

from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.online import validation
from beastmode.db.migrations.private_alembic import set_way_back

_OPTIONS = ("referent_schema", "onupdate", "ondelete", "initially", "deferrable", "match")


class _AddReferenceOp(MigrateOperation):
    """Adds a foreign key to a table; existing rows are checked later, unless the table is new."""

    def __init__(self, made: CreateForeignKeyOp, *, at_once: bool = False) -> None:
        self.made = made
        self.at_once = at_once

    def reverse(self) -> "_DropReferenceOp":
        """Drops it."""
        return _DropReferenceOp(self.made)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return ("add_fk", self.made.source_table, tuple(self.made.local_cols), self.made.referent_table)


class _DropReferenceOp(_AddReferenceOp):
    """Drops a foreign key."""

    def reverse(self) -> _AddReferenceOp:  # type: ignore[override]  # each is the other's way back
        """Adds it again."""
        return _AddReferenceOp(self.made, at_once=True)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return ("remove_fk", self.made.source_table, tuple(self.made.local_cols), self.made.referent_table)


@renderers.dispatch_for(_AddReferenceOp)
def render_add(_context: AutogenContext, operation: _AddReferenceOp) -> str:
    """In the batch of the table."""
    made = operation.made
    options = {name: made.kw.get(name) for name in _OPTIONS if made.kw.get(name) is not None}
    said = "".join(f", {name}={value!r}" for name, value in options.items())
    how = "" if operation.at_once else ", postgresql_not_valid=True"
    local, remote = list(map(str, made.local_cols)), list(map(str, made.remote_cols))
    name = f"op.f({str(made.constraint_name)!r})"
    return f"batch_op.create_foreign_key({name}, {str(made.referent_table)!r}, {local!r}, {remote!r}{said}{how})"


@renderers.dispatch_for(_DropReferenceOp)
def render_drop(_context: AutogenContext, operation: _DropReferenceOp) -> str:
    """In the batch of the table."""
    return f"batch_op.drop_constraint(op.f({str(operation.made.constraint_name)!r}), type_='foreignkey')"


def compare_references(comparison: Comparison) -> None:
    """Create foreign keys when both tables exist, and drop them before either table is dropped."""
    later = [*_forward(comparison)]
    before = [*_backward(comparison)]
    for table in comparison.existing():
        _ease(comparison, table)
    operations = comparison.upgrade.ops
    creates = [one for one in operations if isinstance(one, CreateTableOp)]
    place = operations.index(creates[-1]) + 1 if creates else 0
    comparison.upgrade.ops = [*before, *operations[:place], *later, *operations[place:]]


def _forward(comparison: Comparison) -> Iterator[ModifyTableOps]:
    """Moves foreign keys to tables that are created later out of CREATE TABLE."""
    made: set[str] = set()
    names = {table.key for _operation, table in comparison.created()}
    for operation, table in comparison.created():
        made.add(table.key)
        early = [
            one
            for one in operation.columns
            if isinstance(one, ForeignKeyConstraint) and (target := _target_of(one)) in names and target not in made
        ]
        if early:
            operation.columns = _without(operation.columns, early)
            adds: list[MigrateOperation] = [_added(one) for one in early]
            yield ModifyTableOps(table.name, adds, schema=table.schema)


def _backward(comparison: Comparison) -> Iterator[ModifyTableOps]:
    """Drops foreign keys to tables that are dropped earlier, before those."""
    gone: set[str] = set()
    for operation in [one for one in comparison.upgrade.ops if isinstance(one, DropTableOp)]:
        made = operation.reverse()
        table = operation.to_table()
        late = [one for one in made.columns if isinstance(one, ForeignKeyConstraint) and _target_of(one) in gone]
        gone.add(table.key)
        if late:
            drops: list[MigrateOperation] = [_DropReferenceOp(_added(one).made) for one in late]
            yield ModifyTableOps(table.name, drops, schema=table.schema)
            made.columns = _without(made.columns, late)
            set_way_back(operation, made)


def _columns_of(operation: DropConstraintOp) -> tuple[str, ...]:
    """The columns of a dropped foreign key."""
    constraint: Any = operation.to_constraint()
    return tuple(constraint.column_keys)


def _target_of(constraint: ForeignKeyConstraint) -> str:
    """The key of the table that a foreign key refers to."""
    return constraint.elements[0].target_fullname.rpartition(".")[0]


def _without(columns: Any, constraints: list[ForeignKeyConstraint]) -> list[Any]:
    """The parts of a CREATE TABLE without some foreign keys."""
    return [one for one in columns if not any(one is each for each in constraints)]


def _added(constraint: ForeignKeyConstraint) -> _AddReferenceOp:
    """Adds a foreign key to a table without rows."""
    made = CreateForeignKeyOp.from_constraint(constraint)
    return _AddReferenceOp(made, at_once=True)


def _ease(comparison: Comparison, table: Table) -> None:
    """Check existing rows against a new foreign key later, without blocking others."""
    changes = changes_of(comparison.upgrade, table)
    adds = [one for one in changes if isinstance(one, CreateForeignKeyOp)]
    dropped = {
        _columns_of(one) for one in changes if isinstance(one, DropConstraintOp) and one.constraint_type == "foreignkey"
    }
    fresh = comparison.added_columns(table)
    for add in adds:
        changes[changes.index(add)] = _AddReferenceOp(add)
        columns = tuple(map(str, add.local_cols))
        if columns not in dropped and not set(columns) <= fresh:
            comparison.remarks.append(
                f"{table.name}.{', '.join(columns)} must refer to {add.referent_table}: the revision fails if rows "
                "refer to missing rows. Fix them first, with op.execute()."
            )
    if adds:
        names = [str(add.constraint_name) for add in adds]
        comparison.upgrade.ops.append(validation(table.name, table.schema, names))

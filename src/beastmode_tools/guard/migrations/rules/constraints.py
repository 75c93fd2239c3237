"""Constraints that come and go."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import DowngradeUnnamed
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AddConstraint,
    DropConstraint,
    ValidateConstraint,
)
from beastmode_tools.guard.migrations.rules.finding import at, cascade_of, found
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]


def adds(op: AddConstraint, kind: str) -> bool:
    """Whether a constraint of this kind is added to a table that may have rows, and code that writes them."""
    return op.constraint.kind == kind and not op.known.new_table


def columns_of(op: AddConstraint) -> str:
    """Table and columns."""
    return f"{op.table} ({', '.join(op.constraint.columns)})"


@rule("unique-constraint-added", AddConstraint)
def unique(op: AddConstraint) -> Iterator[Match]:
    """Rows must differ."""
    if not adds(op, "unique"):
        return
    if op.constraint.using_index:
        yield found(op, "using-index", verdict=Verdict.CAUTIOUS, index=op.constraint.using_index)
        return
    is_eased = op.known.new_column and not op.known.big_table
    yield found(op, "constraint", verdict=Verdict.CAUTIOUS if is_eased else None, columns=columns_of(op))


@rule("unique-constraint-added", AddColumn)
def unique_column(op: AddColumn) -> Iterator[Match]:
    """A new column that must be unique."""
    if not op.column.unique or op.known.new_table:
        return
    if op.column.server_default is not None:
        yield found(op, "column-with-default")
    else:
        yield found(op, "column", verdict=None if op.known.big_table else Verdict.CAUTIOUS)


@rule("foreign-key-added", AddConstraint)
def foreign_key(op: AddConstraint) -> Iterator[Match]:
    """Rows must refer to a row that is there."""
    if not adds(op, "foreign"):
        return
    if op.known.new_column and op.known.old_default is None:
        # PostgreSQL scans a big table for long, though no row of it holds a value there.
        message, verdict = ("validated", Verdict.CAUTIOUS) if op.known.big_table else ("empty", Verdict.SAFE)
    elif op.constraint.not_valid:
        message, verdict = "not-valid", Verdict.CAUTIOUS
    else:
        message, verdict = "validated", Verdict.DANGEROUS
    yield found(op, message, verdict=verdict, columns=columns_of(op), target=op.constraint.target)


@rule("check-constraint-added", AddConstraint)
def check(op: AddConstraint) -> Iterator[Match]:
    """Rows must fulfil a condition."""
    if adds(op, "check"):
        message = "not-valid" if op.constraint.not_valid else "validated"
        is_eased = op.constraint.not_valid or op.known.new_column
        condition = op.constraint.condition or op.constraint.name
        yield found(op, message, verdict=Verdict.CAUTIOUS if is_eased else None, condition=condition)


def changes_primary_key(op: AddConstraint | DropConstraint) -> bool:
    """Whether the primary key of a table in use comes or goes; its name tells where nothing else does."""
    if op.known.new_table or op.known.table_goes:
        return False
    return op.constraint.kind == "primary" if isinstance(op, AddConstraint) else is_primary(op)


def is_primary(op: DropConstraint) -> bool:
    """Whether what is dropped is a primary key."""
    return op.kind == "primary" or (op.kind is None and (op.name or "").endswith(("_pkey", "_pk")))


def is_dropped(op: DropConstraint) -> bool:
    """Whether a constraint of a table that stays is dropped, and another rule does not say so."""
    return op.name is not None and not (is_primary(op) or op.known.new_table or op.known.table_goes)


def holds_lock(op: ValidateConstraint) -> bool:
    """Whether the transaction that validates a constraint added it as well, and holds the lock for that."""
    return op.known.same_transaction and not op.place.in_autocommit


@rule("unnamed-constraint-dropped", DropConstraint)
def unnamed(op: DropConstraint) -> Iterator[Match]:
    """An upgrade that raises."""
    if op.name is None:
        yield at(op.place, f"drop_constraint {op.table}.None in {op.place.revision}", "upgrade", table=op.table)


@rule("unnamed-constraint-dropped", DowngradeUnnamed)
def unnamed_in_downgrade(change: DowngradeUnnamed) -> Iterator[Match]:
    """A downgrade that raises."""
    place = change.operation.place
    yield at(place, f"{change.operation} in downgrade of {place.revision}", "downgrade-drops-unnamed")


def is_replaced(op: DropConstraint) -> bool:
    """Whether a foreign key takes its place; what depended on it with CASCADE does not come back."""
    return op.known.recreated and not op.cascade


RULES = (
    unique,
    unique_column,
    foreign_key,
    row(
        "foreign-key-added",
        AddColumn,
        lambda op: op.column.references and op.column.server_default is not None and not op.known.new_table,
        message="foreign-key-of-filled-column",
        target=lambda op: op.column.references,
        default=lambda op: op.column.server_default,
    ),
    check,
    row(
        "exclusion-constraint-added",
        AddConstraint,
        lambda op: adds(op, "exclude"),
        constraint=lambda op: op.constraint.name,
    ),
    row(
        "primary-key-changed",
        AddConstraint,
        lambda op: changes_primary_key(op) and not op.known.indexed,
        message="added",
    ),
    row(
        "primary-key-changed",
        AddConstraint,
        lambda op: changes_primary_key(op) and op.known.indexed,
        message="using-index",
        verdict=Verdict.CAUTIOUS,
    ),
    row("primary-key-changed", DropConstraint, changes_primary_key, message="dropped"),
    row(
        "constraint-dropped",
        DropConstraint,
        lambda op: is_dropped(op) and not is_replaced(op),
        message="dropped",
        verdict=lambda op: Verdict.DANGEROUS if op.cascade else None,
        cascade=cascade_of,
    ),
    row(
        "constraint-dropped",
        DropConstraint,
        lambda op: is_dropped(op) and is_replaced(op),
        message="replaced",
        verdict=Verdict.SAFE,
    ),
    row("constraint-validated", ValidateConstraint, lambda op: not holds_lock(op), message="apart"),
    row(
        "constraint-validated",
        ValidateConstraint,
        holds_lock,
        message="same-transaction",
        verdict=Verdict.CAUTIOUS,
    ),
    unnamed,
    unnamed_in_downgrade,
)

"""Enums, which are types of their own on PostgreSQL."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.changes import EnumLeftBehind
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AddEnumValue,
    AlterColumn,
    DropEnum,
    RenameEnumValue,
)
from beastmode_tools.guard.migrations.rules.finding import at, found
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]


def values_before(op: AlterColumn) -> tuple[str, ...]:
    """The enum's values before, as the migration or the history says."""
    return (op.enum_from.values if op.enum_from else ()) or op.known.old_enum or ()


def values_after(op: AlterColumn) -> tuple[str, ...]:
    """The enum's values afterwards; () where the type is none, or nobody uses the column yet."""
    is_fresh = op.known.new_table or op.known.new_column
    return () if op.enum_to is None or is_fresh else op.enum_to.values


@rule("enum-not-created", AddColumn, AlterColumn)
def not_created(op: AddColumn | AlterColumn) -> Iterator[Match]:
    """A column of a type that is not there."""
    enum = op.enum_taken
    if op.known.enum_missing and enum is not None:
        yield found(op, enum=enum.name, quoted=repr(enum.name))


@rule("enum-value-added", AddEnumValue)
def value_added(op: AddEnumValue) -> Iterator[Match]:
    """A value that old code has never met."""
    # PostgreSQL 12 is the first that adds a value to an enum within a transaction.
    is_refused = op.known.postgres < 12 and not op.place.in_autocommit
    if op.known.uses_new_value or is_refused:
        why = "the same transaction uses it" if op.known.uses_new_value else "the server is older than PostgreSQL 12"
        yield found(op, "refused", verdict=Verdict.DANGEROUS, value=repr(op.value), why=why)
    else:
        yield found(op, "added", value=repr(op.value))


@rule("enum-value-removed", AlterColumn)
def value_removed(op: AlterColumn) -> Iterator[Match]:
    """Values that rows may hold are no more."""
    after = values_after(op)
    gone = [value for value in values_before(op) if after and value not in after]
    if gone:
        yield found(op, "removed", values=", ".join(map(repr, gone)))


@rule("enum-value-added", AlterColumn)
def widened(op: AlterColumn) -> Iterator[Match]:
    """A column takes more values, by way of its type."""
    before, after = values_before(op), values_after(op)
    if before and after and set(before) <= set(after):
        yield found(op, "native-enum-widened" if keeps_type(op) else "enum-values-widened")


def keeps_type(op: AlterColumn) -> bool:
    """Whether the type is one of PostgreSQL's own, of the same name as before, so that ALTER COLUMN does nothing."""
    new, old = op.enum_to, op.enum_from
    return new is not None and new.native and (old is None or old.name == new.name)


@rule("downgrade-incomplete", EnumLeftBehind)
def left_behind(change: EnumLeftBehind) -> Iterator[Match]:
    """A type that stays after the downgrade."""
    yield at(change.place, f"enum {change.name} left behind", "enum-left-behind", quoted=repr(change.name))


RULES = (
    not_created,
    value_added,
    row(
        "enum-value-removed",
        RenameEnumValue,
        lambda _: True,
        message="enum-value-renamed",
        old=lambda op: repr(op.value),
        new=lambda op: repr(op.new_value),
    ),
    value_removed,
    widened,
    row("object-dropped", DropEnum, lambda _: True, message="enum-dropped", verdict=Verdict.CAUTIOUS),
    left_behind,
)

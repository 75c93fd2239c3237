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
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


def values_before(op: AlterColumn) -> tuple[str, ...]:
    """The enum's values before, as the migration or the history says."""
    return (op.enum_from.values if op.enum_from else ()) or op.known.old_enum or ()


@rule("enum-not-created", Verdict.DANGEROUS, AddColumn, AlterColumn)
def not_created(op: AddColumn | AlterColumn) -> Iterator[Found]:
    """A column of a type that is not there."""
    enum = op.column.enum if isinstance(op, AddColumn) else op.enum_to
    if op.known.enum_missing and enum is not None:
        yield found(
            op,
            f"Nothing creates the enum type {enum.name}: on PostgreSQL the migration fails, since "
            "only CREATE TABLE makes "
            "the types of its columns.",
            f"Before it: sa.Enum(..., name={enum.name!r}).create(op.get_bind(), checkfirst=True)",
        )


@rule("enum-value-added", Verdict.CAUTIOUS, AddEnumValue)
def value_added(op: AddEnumValue) -> Iterator[Found]:
    """A value that old code has never met."""
    # PostgreSQL 12 is the first that adds a value to an enum within a transaction.
    old_server = op.known.postgres < 12 and not op.place.in_autocommit
    refused = op.known.uses_new_value or old_server
    why = (
        "the same transaction uses the value, which PostgreSQL refuses"
        if op.known.uses_new_value
        else "PostgreSQL before 12 refuses this within a transaction"
        if old_server
        else "old code that reads a row with it raises LookupError, and no downgrade takes it back"
    )
    yield found(
        op,
        f"The enum {op.name} gets the value {op.value!r}: {why}.",
        "Add the value in a revision of its own, in an autocommit_block; write it only when no old code runs."
        if refused
        else "Release code that knows the value before code that writes it.",
        verdict=Verdict.DANGEROUS if refused else None,
    )


@rule("enum-value-renamed", Verdict.DANGEROUS, RenameEnumValue)
def value_renamed(op: RenameEnumValue) -> Iterator[Found]:
    """A value that old code does not know any more."""
    yield found(
        op,
        f"{op.value!r} of the enum {op.name} becomes {op.new_value!r}: code that still runs reads and "
        "writes the old one.",
        "Add the new value, write it, move rows over, and leave the old value alone.",
    )


@rule("enum-value-removed", Verdict.DANGEROUS, AlterColumn)
def value_removed(op: AlterColumn) -> Iterator[Found]:
    """Values that rows may hold are no more."""
    if op.enum_to is None or op.known.new_table or op.known.new_column or not op.enum_to.values:
        return
    gone = [value for value in values_before(op) if value not in op.enum_to.values]
    if gone:
        yield found(
            op,
            f"{op.table}.{op.column} no longer takes {', '.join(map(repr, gone))}: rows that hold it "
            "make the migration fail, "
            "and code that still runs writes it.",
            "Release code that does not write the values, move the rows, and narrow the type in a later release.",
        )


@rule("enum-values-widened", Verdict.CAUTIOUS, AlterColumn)
def widened(op: AlterColumn) -> Iterator[Found]:
    """A column takes more values, by way of its type."""
    if op.enum_to is None or op.known.new_table or op.known.new_column:
        return
    before = values_before(op)
    if before and op.enum_to.values and set(before) <= set(op.enum_to.values):
        native = op.enum_to.native and (op.enum_from is None or op.enum_from.name == op.enum_to.name)
        more = " On PostgreSQL altering a column to a type of the same name changes nothing." if native else ""
        yield found(
            op,
            f"{op.table}.{op.column} takes more values; old code that reads one of them raises LookupError.{more}",
            "On PostgreSQL: ALTER TYPE ... ADD VALUE in an autocommit_block. Release code that knows the values first.",
        )


@rule("enum-dropped", Verdict.CAUTIOUS, DropEnum)
def dropped(op: DropEnum) -> Iterator[Found]:
    """A type that a column may still have."""
    yield found(
        op,
        f"The type {op.name} is dropped: this fails while a column has it, and code that still runs may cast to it.",
        "Drop it after the last column of that type, in a later release.",
    )


@rule("enum-left-behind", Verdict.CAUTIOUS, EnumLeftBehind)
def left_behind(change: EnumLeftBehind) -> Iterator[Found]:
    """A type that stays after the downgrade."""
    yield at(
        change.place,
        f"The downgrade leaves the PostgreSQL type {change.name}: after it a second upgrade fails "
        "with 'type already exists'.",
        "In downgrade(), after the table or column: "
        f"sa.Enum(name={change.name!r}).drop(op.get_bind(), checkfirst=True)",
        f"enum {change.name} left behind",
    )


RULES = (not_created, value_added, value_renamed, value_removed, widened, dropped, left_behind)

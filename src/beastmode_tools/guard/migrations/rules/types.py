"""Columns that change: type, nullability, default."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.column_types import TypeChange, change_of_type
from beastmode_tools.guard.migrations.compare.operations import AlterColumn
from beastmode_tools.guard.migrations.rules.finding import found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


def type_change(op: AlterColumn) -> TypeChange | None:
    """What an ALTER of the type does; None where it is none, or nobody uses the column yet, or it is about an enum."""
    if op.type_to is None or is_fresh(op) or (op.enum_to is not None and op.enum_to.native and same_enum(op)):
        return None
    return change_of_type(op.type_from or op.known.old_type or "", op.type_to, op.using)


def is_fresh(op: AlterColumn) -> bool:
    """Whether the column is of this change."""
    return op.known.new_table or op.known.new_column


def same_enum(op: AlterColumn) -> bool:
    """Whether the type was an enum before."""
    return op.enum_from is not None or op.known.old_enum is not None


def lossy_instead(op: AlterColumn) -> str:
    """The way in three releases."""
    return (
        f"Add a new column with the new type, write both, copy {op.column} in batches and look at what does not fit; "
        f"drop {op.column} in a later release."
    )


@rule("lossy-type-change", Verdict.DANGEROUS, AlterColumn)
def lossy(op: AlterColumn) -> Iterator[Found]:
    """A type that not every value survives."""
    change = type_change(op)
    if change and change.effect == "lossy":
        yield found(op, f"{op.table}.{op.column}: {change.why}.", lossy_instead(op))


@rule("rewriting-type-change", Verdict.DANGEROUS, AlterColumn)
def rewriting(op: AlterColumn) -> Iterator[Found]:
    """A type for which every row is written anew."""
    change = type_change(op)
    if change and change.effect == "rewrite":
        elsewhere = bool(op.place.dialects) and "postgresql" not in op.place.dialects
        meanwhile = (
            f"whether others can use the table meanwhile is for {', '.join(op.place.dialects)} to say"
            if elsewhere
            else "on PostgreSQL nobody can read or write the table meanwhile"
        )
        yield found(
            op,
            f"{op.table}.{op.column}: {change.why}; {meanwhile}.",
            lossy_instead(op),
            verdict=Verdict.CAUTIOUS if elsewhere else None,
        )


@rule("widening-type-change", Verdict.CAUTIOUS, AlterColumn)
def widening(op: AlterColumn) -> Iterator[Found]:
    """A type that takes everything that the old one took."""
    change = type_change(op)
    if change and change.effect == "wider":
        yield found(
            op,
            f"{op.table}.{op.column}: {change.why}; old code may not expect what fits from now on.",
            "Make sure that what reads the column (schemas, exports, other services) takes the wider values.",
        )


@rule("unknown-type-change", Verdict.DANGEROUS, AlterColumn)
def unknown(op: AlterColumn) -> Iterator[Found]:
    """A type that changes from nobody knows what."""
    change = type_change(op)
    if change and change.effect == "unknown":
        yield found(
            op,
            f"{op.table}.{op.column} gets the type {op.type_to or '?'}, and what it was before is not known.",
            "Say existing_type= in op.alter_column; better, add a new column with the new type and copy.",
        )


@rule("column-becomes-not-null", Verdict.DANGEROUS, AlterColumn)
def becomes_not_null(op: AlterColumn) -> Iterator[Found]:
    """A column that takes NULL no more."""
    if op.nullable is not False or op.known.new_table or op.known.old_nullable is False:
        return
    eased = op.known.checked or op.known.filled or (op.known.new_column and op.known.old_default is not None)
    why = (
        "a validated check says that no row holds NULL, so nothing is scanned"
        if op.known.checked
        else "rows are filled before"
        if eased
        else "this fails where a row holds NULL, and scans the whole table under a lock"
    )
    yield found(
        op,
        f"{op.table}.{op.column} becomes NOT NULL: {why}; old code that inserts without it fails from then on.",
        f"Release code that always writes {op.column}, fill old rows, add CHECK ({op.column} IS NOT NULL) NOT VALID, "
        "validate it, and set NOT NULL in the next release.",
        verdict=Verdict.CAUTIOUS if eased and not (op.known.new_column and op.known.old_default is None) else None,
    )


@rule("column-becomes-nullable", Verdict.CAUTIOUS, AlterColumn)
def becomes_nullable(op: AlterColumn) -> Iterator[Found]:
    """A column in which NULL may stand from now on."""
    if op.nullable is True and not is_fresh(op) and op.known.old_nullable is not True:
        yield found(
            op,
            f"{op.table}.{op.column} may be NULL: no row changes, but old code that reads it has never met NULL there.",
            f"Release code that reads a missing {op.column} before code that writes one.",
        )


@rule("server-default-dropped", Verdict.CAUTIOUS, AlterColumn)
def default_dropped(op: AlterColumn) -> Iterator[Found]:
    """A default that old code relies on."""
    if op.default_change != "dropped" or op.known.new_table:
        return
    required = op.nullable is False or (op.nullable is None and op.known.old_nullable is False)
    unaware = op.known.new_column and required
    who = (
        "code that still runs does not know the column and cannot insert"
        if unaware
        else "an INSERT that leaves it out fails"
        if required
        else "an INSERT that leaves it out writes NULL"
    )
    yield found(
        op,
        f"{op.table}.{op.column} loses its server default: {who}.",
        "Keep the server default until no old code runs; drop it in a later release.",
        verdict=Verdict.DANGEROUS if required else None,
    )


@rule("server-default-set", Verdict.SAFE, AlterColumn)
def default_set(op: AlterColumn) -> Iterator[Found]:
    """A default for rows to come."""
    if op.default_change != "set" or op.known.new_table:
        return
    changes = op.known.old_default is not None and op.known.old_default != op.default and not op.known.new_column
    yield found(
        op,
        f"{op.table}.{op.column} gets the server default {op.default} for rows to come"
        + (f" instead of {op.known.old_default}." if changes else "."),
        "Make sure that old code, which still inserts, may get the other value." if changes else "",
        verdict=Verdict.CAUTIOUS if changes else None,
    )


RULES = (
    lossy,
    rewriting,
    widening,
    unknown,
    becomes_not_null,
    becomes_nullable,
    default_dropped,
    default_set,
)

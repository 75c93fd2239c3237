"""Constraints that come and go."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AddConstraint,
    DropConstraint,
    ValidateConstraint,
)
from beastmode_tools.guard.migrations.rules.finding import at, found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


def is_open(op: AddConstraint) -> bool:
    """Whether rows and code that exist may break it."""
    return not op.known.new_table


@rule("unique-constraint-added", Verdict.DANGEROUS, AddConstraint)
def unique(op: AddConstraint) -> Iterator[Found]:
    """Rows must differ."""
    inner = op.constraint
    if inner.kind != "unique" or not is_open(op):
        return
    if inner.using_index:
        yield found(
            op,
            f"{op.table} takes the index {inner.using_index} as a unique constraint; the table is locked for a moment.",
            "Set lock_timeout before.",
            verdict=Verdict.CAUTIOUS,
        )
        return
    yield found(
        op,
        f"{op.table} ({', '.join(inner.columns)}) must be unique: the migration fails where rows are "
        "equal, and nobody can "
        "use the table while the index is built.",
        "Mend equal rows; CREATE UNIQUE INDEX CONCURRENTLY in an autocommit_block; then ALTER TABLE "
        "... ADD CONSTRAINT ... "
        "UNIQUE USING INDEX.",
        verdict=Verdict.CAUTIOUS if op.known.new_column and not op.known.big_table else None,
    )


@rule("unique-column-added", Verdict.CAUTIOUS, AddColumn)
def unique_column(op: AddColumn) -> Iterator[Found]:
    """A new column that must be unique."""
    if op.column.unique and not op.known.new_table:
        filled = op.column.server_default is not None
        yield found(
            op,
            f"{op.table}.{op.column.name} must be unique"
            + (
                ", and every row gets the same default: this fails with two rows." if filled else ": an index is built."
            ),
            "Add the column without unique, fill it, then build a unique index concurrently.",
            verdict=Verdict.DANGEROUS if filled or op.known.big_table else None,
        )


@rule("foreign-key-added", Verdict.DANGEROUS, AddConstraint)
def foreign_key(op: AddConstraint) -> Iterator[Found]:
    """Rows must point to something."""
    inner = op.constraint
    if inner.kind != "foreign" or not is_open(op):
        return
    if op.known.new_column and op.known.old_default is None:
        verdict, what = (Verdict.CAUTIOUS if op.known.big_table else Verdict.SAFE), "no row holds a value there yet"
    elif inner.not_valid:
        verdict, what = Verdict.CAUTIOUS, "existing rows are not looked at, but what old code writes is"
    else:
        verdict, what = (
            Verdict.DANGEROUS,
            "all rows are looked at while nobody can write to either table, and one bad row fails",
        )
    yield found(
        op,
        f"{op.table} ({', '.join(inner.columns)}) must point to {inner.target}: {what}.",
        "op.create_foreign_key(..., postgresql_not_valid=True), and ALTER TABLE ... VALIDATE "
        "CONSTRAINT in the next revision."
        if verdict is not Verdict.SAFE
        else "",
        verdict=verdict,
    )


@rule("foreign-key-of-filled-column", Verdict.DANGEROUS, AddColumn)
def filled_foreign_key(op: AddColumn) -> Iterator[Found]:
    """A new column that points somewhere from every row."""
    if op.column.references and op.column.server_default is not None and not op.known.new_table:
        yield found(
            op,
            f"Every row of {op.table} points to {op.column.references} = {op.column.server_default}: "
            "one row must be there, and "
            "all rows are looked at while nobody can write to either table.",
            "Add the column without a default, fill it, then add the foreign key NOT VALID and validate it later.",
        )


@rule("check-constraint-added", Verdict.DANGEROUS, AddConstraint)
def check(op: AddConstraint) -> Iterator[Found]:
    """Rows must fulfil a condition."""
    inner = op.constraint
    if inner.kind != "check" or not is_open(op):
        return
    eased = inner.not_valid or op.known.new_column
    what = (
        "existing rows are not looked at, but what old code writes is"
        if inner.not_valid
        else "all rows are looked at while nobody can use the table, and one bad row fails"
    )
    yield found(
        op,
        f"{op.table} must fulfil {inner.condition or inner.name}: {what}.",
        "Add the check NOT VALID, mend old rows, and VALIDATE it in the next revision.",
        verdict=Verdict.CAUTIOUS if eased else None,
    )


@rule("exclusion-constraint-added", Verdict.DANGEROUS, AddConstraint)
def exclusion(op: AddConstraint) -> Iterator[Found]:
    """Rows must not overlap."""
    if op.constraint.kind == "exclude" and is_open(op):
        yield found(
            op,
            f"{op.table}: {op.constraint.name} lets no two rows overlap: nobody can use the table "
            "while it is built, and it "
            "cannot be added without looking at every row.",
            "Mend rows that overlap first, and run it in a quiet hour with lock_timeout set.",
        )


@rule("primary-key-changed", Verdict.DANGEROUS, AddConstraint, DropConstraint)
def primary_key(op: AddConstraint | DropConstraint) -> Iterator[Found]:
    """What tells rows apart changes."""
    kind = op.constraint.kind if isinstance(op, AddConstraint) else op.kind
    named = isinstance(op, DropConstraint) and (op.name or "").endswith(("_pkey", "_pk"))
    if (kind == "primary" or (kind is None and named)) and not (op.known.new_table or op.known.table_goes):
        adds = isinstance(op, AddConstraint)
        quick = isinstance(op, AddConstraint) and op.known.indexed
        yield found(
            op,
            f"{op.table} {'gets a' if adds else 'loses its'} primary key: "
            + (
                "the index is there already."
                if quick
                else "the table is locked, and old code finds rows by the old one."
            ),
            "Build the unique index concurrently, release code that uses the new key, then change the key.",
            verdict=Verdict.CAUTIOUS if quick else None,
        )


@rule("constraint-dropped", Verdict.CAUTIOUS, DropConstraint)
def dropped(op: DropConstraint) -> Iterator[Found]:
    """Rows that were refused are taken from now on."""
    is_primary = op.kind == "primary" or (op.kind is None and (op.name or "").endswith(("_pkey", "_pk")))
    if op.name is None or is_primary or op.known.new_table or op.known.table_goes:
        return
    more = " What depends on it goes too (CASCADE)." if op.cascade else ""
    yield found(
        op,
        f"{op.table} loses the constraint {op.name}: rows that break it will come, and then it cannot "
        f"be put back.{more}",
        "Drop it after the code that relies on it (ON CONFLICT, cascades, caught IntegrityError) is gone.",
        verdict=Verdict.DANGEROUS if op.cascade else None,
    )


@rule("constraint-validated", Verdict.SAFE, ValidateConstraint)
def validated(op: ValidateConstraint) -> Iterator[Found]:
    """Old rows are looked at while everybody goes on."""
    together = op.known.same_transaction and not op.place.in_autocommit
    yield found(
        op,
        f"Every row of {op.table} is held against {op.name} while everybody goes on"
        + (", but in the transaction that added it, so that lock is held all the while." if together else "."),
        "Validate in a revision of its own." if together else "",
        verdict=Verdict.CAUTIOUS if together else None,
    )


@rule("unnamed-constraint-dropped", Verdict.DANGEROUS, DropConstraint)
def unnamed(op: DropConstraint) -> Iterator[Found]:
    """A DROP CONSTRAINT that cannot even be written down."""
    if op.name is None:
        yield at(
            op.place,
            f"A constraint of {op.table} is dropped without its name: Alembic raises CompileError.",
            "Write the constraint's name; give the metadata a naming_convention so that there always is one.",
            f"drop_constraint {op.table}.None in {op.place.revision}",
        )


RULES = (
    unique,
    unique_column,
    foreign_key,
    filled_foreign_key,
    check,
    exclusion,
    primary_key,
    dropped,
    validated,
    unnamed,
)

"""Columns that change: type, nullability, default."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.column_types import TypeChange, change_of_type
from beastmode_tools.guard.migrations.compare.operations import AlterColumn
from beastmode_tools.guard.migrations.rules.finding import found
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

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


def has_effect(op: AlterColumn, effect: str) -> bool:
    """Whether the type changes with this effect."""
    change = type_change(op)
    return change is not None and change.effect == effect


def why_of(op: AlterColumn) -> str:
    """What the change of the type means for the values."""
    change = type_change(op)
    return change.why if change else ""


def runs_elsewhere(op: AlterColumn) -> bool:
    """Whether it runs on other databases than PostgreSQL only, of which nobody here knows the locks."""
    return bool(op.place.dialects) and "postgresql" not in op.place.dialects


def meanwhile(op: AlterColumn) -> str:
    """Who waits while the table is rewritten."""
    if runs_elsewhere(op):
        return f"whether this blocks reads and writes depends on {', '.join(op.place.dialects)}"
    return "on PostgreSQL this blocks reads and writes until it is done"


@rule("column-becomes-not-null", AlterColumn)
def becomes_not_null(op: AlterColumn) -> Iterator[Match]:
    """A column that no longer takes NULL."""
    if op.nullable is not False or op.known.new_table or op.known.old_nullable is False:
        return
    eased = op.known.checked or op.known.filled or (op.known.new_column and op.known.old_default is not None)
    message = "checked" if op.known.checked else "filled" if eased else "scanned"
    is_eased = eased and not (op.known.new_column and op.known.old_default is None)
    yield found(op, message, verdict=Verdict.CAUTIOUS if is_eased else None)


@rule("server-default-dropped", AlterColumn)
def default_dropped(op: AlterColumn) -> Iterator[Match]:
    """A default that old code relies on."""
    if op.default_change != "dropped" or op.known.new_table:
        return
    required = op.nullable is False or (op.nullable is None and op.known.old_nullable is False)
    message = "nullable" if not required else "new-column" if op.known.new_column else "not-null"
    yield found(op, message, verdict=Verdict.DANGEROUS if required else None)


def replaces_default(op: AlterColumn) -> bool:
    """Whether a server default of a column in use becomes another one."""
    return op.known.old_default is not None and op.known.old_default != op.default and not op.known.new_column


def sets_default(op: AlterColumn) -> bool:
    """Whether a column of a table in use gets a server default."""
    return op.default_change == "set" and not op.known.new_table


RULES = (
    row("column-type-altered", AlterColumn, lambda op: has_effect(op, "lossy"), message="lossy", why=why_of),
    row(
        "column-type-altered",
        AlterColumn,
        lambda op: has_effect(op, "rewrite"),
        message="rewrite",
        verdict=lambda op: Verdict.CAUTIOUS if runs_elsewhere(op) else None,
        why=why_of,
        meanwhile=meanwhile,
    ),
    row(
        "column-type-altered",
        AlterColumn,
        lambda op: has_effect(op, "wider"),
        message="wider",
        verdict=Verdict.CAUTIOUS,
        why=why_of,
    ),
    row(
        "column-type-altered",
        AlterColumn,
        lambda op: has_effect(op, "unknown"),
        message="unknown",
        type=lambda op: op.type_to or "an unknown type",
    ),
    becomes_not_null,
    row(
        "column-becomes-nullable",
        AlterColumn,
        lambda op: op.nullable is True and not is_fresh(op) and op.known.old_nullable is not True,
    ),
    default_dropped,
    row(
        "server-default-set",
        AlterColumn,
        lambda op: sets_default(op) and not replaces_default(op),
        message="first",
    ),
    row(
        "server-default-set",
        AlterColumn,
        lambda op: sets_default(op) and replaces_default(op),
        message="replaced",
        verdict=Verdict.CAUTIOUS,
        old=lambda op: op.known.old_default,
    ),
)

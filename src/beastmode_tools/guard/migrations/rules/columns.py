"""Columns that come, go and get another name."""

import re
from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import AddColumn, AlterColumn, DropColumn
from beastmode_tools.guard.migrations.rules.finding import found
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES", "is_volatile"]

# Functions of PostgreSQL that give one value for the whole statement: they are stored once, no row is rewritten.
STABLE = re.compile(
    r"^(?:now|current_timestamp|current_date|current_time|localtimestamp|localtime|transaction_timestamp|"
    r"statement_timestamp|timezone|current_user|session_user|current_setting|date_trunc|to_timestamp|cast|"
    r"coalesce|lower|upper|array|jsonb_build_object|jsonb_build_array|json_build_object|make_interval)$"
)


def is_volatile(default: str) -> bool:
    """Whether a default is computed anew for each row, so that every row is written."""
    plain = re.sub(r"'(?:[^']|'')*'", "''", default).lower()
    return any(not STABLE.match(name) for name in re.findall(r"([a-z_][\w.]*)\s*\(", plain) if not is_type(name))


def is_type(name: str) -> bool:
    """Whether a word before a bracket is the size of a type."""
    return name in {"varchar", "numeric", "char", "decimal", "bit", "character", "varying", "timestamp", "time"}


def is_plain(op: AddColumn) -> bool:
    """Whether no other rule about how a column is filled looks at it."""
    return not (op.known.new_table or op.column.autoincrement or op.column.computed)


@rule("not-null-without-default", Verdict.DANGEROUS, AddColumn)
def not_null_without_default(op: AddColumn) -> Iterator[Found]:
    """A column that existing rows cannot have."""
    if is_plain(op) and not op.column.nullable and op.column.server_default is None:
        python = " default= fills new objects in Python only." if op.column.default else ""
        yield found(
            op,
            f"{op.table} gets the column {op.column.name} NOT NULL without a server default: this "
            "fails with one row in "
            f"the table, and old code cannot insert afterwards.{python}",
            f"Add {op.column.name} as nullable, or give it a server_default; fill it; set NOT NULL in a later release.",
        )


@rule("volatile-default", Verdict.CAUTIOUS, AddColumn)
def volatile_default(op: AddColumn) -> Iterator[Found]:
    """A default that each row computes for itself."""
    default = op.column.server_default
    if is_plain(op) and default is not None and is_volatile(default):
        yield found(
            op,
            f"{op.table}.{op.column.name} has the default {default}, which is computed for each row: the table is "
            "rewritten while nobody can use it.",
            "Add the column without a default, set the default afterwards, and fill old rows in batches.",
            verdict=Verdict.DANGEROUS if op.known.big_table else None,
        )


@rule("serial-column-added", Verdict.DANGEROUS, AddColumn)
def serial_added(op: AddColumn) -> Iterator[Found]:
    """A column that counts."""
    if op.column.autoincrement and not op.known.new_table:
        yield found(
            op,
            f"{op.table} gets the counting column {op.column.name}: every row is rewritten under a lock.",
            "Add a nullable BIGINT, fill it in batches, then attach a sequence or identity.",
        )


@rule("generated-column-added", Verdict.DANGEROUS, AddColumn)
def generated_added(op: AddColumn) -> Iterator[Found]:
    """A stored column that is computed from others."""
    if op.column.computed and not op.known.new_table:
        yield found(
            op,
            f"{op.table} gets the generated column {op.column.name}: every row is rewritten under a lock.",
            "Add a plain nullable column, keep it with a trigger or in code, and fill old rows in batches.",
        )


@rule("column-dropped", Verdict.DANGEROUS, DropColumn)
def column_dropped(op: DropColumn) -> Iterator[Found]:
    """A column that old code still selects."""
    if op.known.new_table or op.known.new_column:
        return
    more = " What depends on it goes too (CASCADE)." if op.cascade else ""
    yield found(
        op,
        f"{op.table} loses the column {op.column}: its values are gone, and code that still runs selects it.{more}",
        f"First release code that no longer maps {op.column}; drop the column in a later release.",
    )


@rule("column-renamed", Verdict.DANGEROUS, AlterColumn)
def column_renamed(op: AlterColumn) -> Iterator[Found]:
    """A column that old code does not find any more."""
    if op.new_name and not op.known.new_table and not op.known.new_column:
        yield found(
            op,
            f"{op.table}.{op.column} becomes {op.new_name}: code that still runs asks for {op.column}.",
            f'Keep the column and rename the attribute alone: {op.new_name} = mapped_column("{op.column}"); or add '
            f"{op.new_name}, write both, and drop {op.column} in a later release.",
        )


RULES = (
    not_null_without_default,
    volatile_default,
    serial_added,
    generated_added,
    column_dropped,
    column_renamed,
)

"""Columns that come, go and get another name."""

import re

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import AddColumn, AlterColumn, DropColumn
from beastmode_tools.guard.migrations.rules.finding import cascade_of
from beastmode_tools.guard.migrations.rules.row import row

__all__ = ["RULES", "is_volatile"]

IMPLICIT = {"mysql": "MySQL", "mariadb": "MariaDB"}
"""Databases that fill a NOT NULL column of existing rows with a value of their own."""
# Functions of PostgreSQL that give one value for the whole statement: they are stored once, no row is rewritten.
STABLE = re.compile(
    r"^(?:now|current_timestamp|current_date|current_time|localtimestamp|localtime|transaction_timestamp|"
    r"statement_timestamp|timezone|current_user|session_user|current_setting|date_trunc|to_timestamp|cast|"
    r"coalesce|lower|upper|array|jsonb_build_object|jsonb_build_array|json_build_object|make_interval)$"
)


def is_volatile(default: str) -> bool:
    """Whether a default is computed for each row, so that every row is rewritten."""
    plain = re.sub(r"'(?:[^']|'')*'", "''", default).lower()
    return any(not STABLE.match(name) for name in re.findall(r"([a-z_][\w.]*)\s*\(", plain) if not is_type(name))


def is_type(name: str) -> bool:
    """Whether a word before a bracket is the size of a type."""
    return name in {"varchar", "numeric", "char", "decimal", "bit", "character", "varying", "timestamp", "time"}


def is_plain(op: AddColumn) -> bool:
    """Whether no other rule about how a column is filled looks at it."""
    return not (op.known.new_table or op.column.autoincrement or op.column.computed)


def default_of(op: AddColumn) -> str:
    """SQL of the new column's server default."""
    return op.column.server_default or ""


def is_computed_for_each_row(op: AddColumn) -> bool:
    """Whether the default makes the database write every row."""
    return is_plain(op) and is_volatile(default_of(op))


def is_in_use(op: AlterColumn | DropColumn) -> bool:
    """Whether code that runs may know the column."""
    return not (op.known.new_table or op.known.new_column)


def lacks_value(op: AddColumn) -> bool:
    """Whether a column takes no NULL, and nothing in the statement says what existing rows get."""
    return is_plain(op) and not op.column.nullable and op.column.server_default is None


def is_filled_by_itself(op: AddColumn) -> bool:
    """Whether it runs only on databases that make a value up."""
    return bool(op.place.dialects) and set(op.place.dialects) <= IMPLICIT.keys()


def python_of(op: AddColumn) -> str:
    """What a default of Python's does not do."""
    return "; default= only applies to objects created in Python" if op.column.default else ""


RULES = (
    row(
        "not-null-without-default",
        AddColumn,
        lambda op: lacks_value(op) and not is_filled_by_itself(op),
        message="fails",
        python=python_of,
    ),
    row(
        "not-null-without-default",
        AddColumn,
        lambda op: lacks_value(op) and is_filled_by_itself(op),
        message="filled",
        dialects=lambda op: " and ".join(IMPLICIT[each] for each in op.place.dialects),
        python=python_of,
    ),
    row(
        "column-added-with-rewrite",
        AddColumn,
        is_computed_for_each_row,
        message="volatile-default",
        verdict=lambda op: None if op.known.big_table else Verdict.CAUTIOUS,
        default=default_of,
    ),
    row(
        "column-added-with-rewrite",
        AddColumn,
        lambda op: op.column.autoincrement and not op.known.new_table,
        message="serial-column-added",
    ),
    row(
        "column-added-with-rewrite",
        AddColumn,
        lambda op: op.column.computed and not op.known.new_table,
        message="generated-column-added",
    ),
    row("column-dropped", DropColumn, is_in_use, cascade=cascade_of),
    row("column-renamed", AlterColumn, lambda op: bool(op.new_name) and is_in_use(op)),
)

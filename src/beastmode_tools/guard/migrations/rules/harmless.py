"""What a migration may do while old code runs: nothing has to be done about it."""

from collections.abc import Iterator

from beastmode_tools.guard import rule
from beastmode_tools.guard.migrations.compare.changes import TableRebuilt
from beastmode_tools.guard.migrations.compare.history import RevisionAdded
from beastmode_tools.guard.migrations.compare.operations import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    BulkInsert,
    ChangeComment,
    CreateEnum,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropIndex,
    ExecuteSql,
    Maintenance,
)
from beastmode_tools.guard.migrations.rules.columns import is_plain, is_volatile
from beastmode_tools.guard.migrations.rules.data import calls_something
from beastmode_tools.guard.migrations.rules.finding import at
from beastmode_tools.guard.migrations.rules.indexes import index_of
from beastmode_tools.guard.migrations.rules.row import harmless
from beastmode_tools.guard.migrations.rules.types import type_change
from beastmode_tools.guard.rule import Match

__all__ = ["RULES"]


def is_unused_column(op: AddColumn | DropColumn) -> bool:
    """Whether nobody uses the column yet."""
    return op.known.new_table or (isinstance(op, DropColumn) and op.known.new_column)


def is_unused_constraint(op: AddConstraint | DropConstraint) -> bool:
    """Whether its table is new, or goes."""
    return op.known.new_table or (isinstance(op, DropConstraint) and op.known.table_goes)


def is_unused_index(op: CreateIndex | DropIndex) -> bool:
    """Whether its table is new, or goes, or is one of SQLite, where nobody waits."""
    if op.known.new_table or (isinstance(op, DropIndex) and op.known.table_goes):
        return True
    return isinstance(op, CreateIndex) and set(op.place.dialects) == {"sqlite"} and not op.unique


def is_built_concurrently(op: CreateIndex) -> bool:
    """Whether writes go on while it is built; a unique one may still fail."""
    is_quick = op.concurrently and op.place.in_autocommit
    return is_quick and not (op.unique or op.known.new_table or op.known.partitioned)


def may_be_left(op: CreateIndex) -> bool:
    """Whether an invalid index of an earlier attempt is taken for it."""
    return op.if_not_exists and not op.known.cleared


def is_quiet(op: Maintenance) -> bool:
    """Whether nobody waits for it."""
    beside = op.command == "VACUUM" or (op.concurrently and op.command != "CLUSTER")
    return op.command in {"ANALYZE", "OPTIMIZE"} or (op.place.in_autocommit and beside)


def keeps_type(op: AlterColumn) -> bool:
    """Whether the type is another spelling of what it was."""
    change = type_change(op)
    return change is not None and change.effect == "same"


def is_filled(op: AddColumn) -> bool:
    """Whether the database fills a column that takes no NULL, with one value for all rows."""
    default = op.column.server_default
    return is_plain(op) and not op.column.nullable and default is not None and not is_volatile(default)


def name_of_commented(op: ChangeComment) -> str:
    """The table or the column that the comment is on."""
    return f"{op.table}.{op.column}" if op.column else op.table


@rule.rule("harmless-operation", TableRebuilt)
def rebuilt(change: TableRebuilt) -> Iterator[Match]:
    """A batch that SQLite does by copying."""
    yield at(change.place, f"batch {change.table}", "table-rebuilt")


RULES = (
    rebuilt,
    rule.row(
        "harmless-operation",
        RevisionAdded,
        lambda change: change.is_merge,
        where=lambda change: change.revision.path,
        subject=lambda change: f"merge {change.revision.id}",
        message="revisions-merged",
        fields={"id": lambda change: change.revision.id, "parents": lambda change: ", ".join(change.revision.down)},
    ),
    harmless("table-created", CreateTable, lambda op: not op.from_query),
    harmless(
        "comment-changed",
        ChangeComment,
        lambda _op: True,
        what=name_of_commented,
    ),
    harmless(
        "nullable-column-added",
        AddColumn,
        lambda op: is_plain(op) and op.column.nullable and not is_volatile(op.column.server_default or ""),
        column=lambda op: op.column.name,
    ),
    harmless(
        "not-null-with-default",
        AddColumn,
        is_filled,
        column=lambda op: op.column.name,
        default=lambda op: op.column.server_default,
    ),
    harmless("column-of-new-table", (AddColumn, DropColumn), is_unused_column, column=lambda op: op.column_name),
    harmless("type-unchanged", AlterColumn, keeps_type),
    harmless("constraint-on-new-table", (AddConstraint, DropConstraint), is_unused_constraint),
    harmless("index-on-new-table", (CreateIndex, DropIndex), is_unused_index, index=index_of),
    harmless(
        "index-concurrently",
        CreateIndex,
        lambda op: is_built_concurrently(op) and not may_be_left(op),
        index=index_of,
    ),
    harmless("index-if-missing", CreateIndex, lambda op: is_built_concurrently(op) and may_be_left(op), index=index_of),
    harmless("enum-created", CreateEnum, lambda _op: True),
    harmless("maintenance-harmless", Maintenance, is_quiet),
    harmless(
        "rows-inserted",
        (ExecuteSql, BulkInsert),
        lambda op: isinstance(op, BulkInsert) or (op.kind == "insert" and (not op.writes_rows or op.known.new_table)),
        tables=lambda op: ", ".join(op.tables),
    ),
    harmless(
        "rows-of-new-table",
        ExecuteSql,
        lambda op: op.known.new_table and op.kind in {"update", "delete", "truncate", "merge"},
        tables=lambda op: ", ".join(op.tables),
    ),
    harmless("rows-read", ExecuteSql, lambda op: op.kind == "select" and not calls_something(op)),
)

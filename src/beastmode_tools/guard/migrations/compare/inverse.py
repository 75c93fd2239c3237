"""Whether a downgrade takes back what its upgrade did."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import (
    DowngradeDropsMore,
    DowngradeEmpty,
    DowngradeIncomplete,
    DowngradeUnnamed,
    DowngradeUnreadable,
    EnumLeftBehind,
)
from beastmode_tools.guard.migrations.compare.column_types import same_type
from beastmode_tools.guard.migrations.compare.names import is_data, name_of

__all__ = ["judged_downgrade"]

Key = tuple[str, ...]


def judged_downgrade(up: Sequence[ops.Operation], down: Sequence[ops.Operation]) -> Iterator[object]:
    """What is wrong with the downgrade of one revision.

    Args:
        up: Operations of its upgrade.
        down: Operations of its downgrade.
    """
    for op in down:
        if isinstance(op, ops.DropConstraint) and op.name is None:
            yield DowngradeUnnamed(op, op.table)
        elif isinstance(op, ops.Unreadable):
            yield DowngradeUnreadable(op, op.source, op.reason)
    nothing = next((op for op in down if isinstance(op, ops.NoOperations)), None)
    if nothing is not None:
        undone = [op for op in up if can_be_undone(op) and not is_undone_at_once(op, up)]
        if undone:
            loses = any(is_data(op) or is_loss(op) for op in undone)
            yield DowngradeEmpty(nothing, tuple(dict.fromkeys(name_of(op) for op in undone)), loses)
        return
    yield from unequal(up, down)
    yield from enums_left(up, down)


def can_be_undone(op: ops.Operation) -> bool:
    """Whether an upgrade does something that a downgrade ought to take back."""
    if isinstance(op, ops.ExecuteSql):
        # Rows of a new table go with the table.
        return not op.known.new_table and (op.kind not in {"select", "insert"} or is_data(op))
    harmless = (
        ops.NoOperations,
        ops.UsesApplication,
        ops.ValidateConstraint,
        ops.ChangeComment,
        ops.SetSetting,
        ops.TransactionControl,
        ops.LockTable,
        ops.Maintenance,
        ops.BulkInsert,
        # PostgreSQL has no way to take a value back.
        ops.AddEnumValue,
    )
    return not isinstance(op, harmless)


def is_undone_at_once(op: ops.Operation, up: Sequence[ops.Operation]) -> bool:
    """Whether the upgrade itself takes it back, or it says what was so already."""
    if isinstance(op, ops.AlterColumn):
        same = op.type_to is None or same_type(op.type_to, op.type_from or op.known.old_type or "")
        settled = op.nullable is None or op.nullable == op.known.old_nullable
        return same and settled and not (op.new_name or op.default_change or op.identity)
    made = {key for key, _ in keys_of(up, GIVES)}
    needed = NEEDS[type(op)](op) if type(op) in NEEDS else []
    given = GIVES[type(op)](op) if type(op) in GIVES else []
    takes_back = isinstance(op, ops.DropColumn | ops.DropTable | ops.DropIndex) and scratch_key(op) in made
    return takes_back or (bool(needed) and bool(given) and all(key in made for key in needed))


def scratch_key(op: ops.DropColumn | ops.DropTable | ops.DropIndex) -> Key:
    """The key of what made the thing that is dropped."""
    return NEEDS[type(op)](op)[0] if NEEDS[type(op)](op) else ()


def is_loss(op: ops.Operation) -> bool:
    """Whether what an operation takes away is gone."""
    return isinstance(op, ops.DropColumn | ops.DropTable) or (isinstance(op, ops.ExecuteSql) and op.kind == "truncate")


def column_keys(op: ops.AlterColumn) -> list[Key]:
    """What must be taken back of an ALTER COLUMN."""
    name = op.new_name or op.column
    keys: list[Key] = [("rename column", op.table, op.new_name, op.column)] if op.new_name else []
    keys += [("type", op.table, name)] if op.type_to is not None and op.type_to != op.type_from else []
    keys += [("null", op.table, name, str(not op.nullable))] if op.nullable is not None else []
    return keys


def made_keys(op: ops.AlterColumn) -> list[Key]:
    """What an ALTER COLUMN of a downgrade takes back."""
    names = {op.column, op.new_name or op.column}
    keys: list[Key] = [("rename column", op.table, op.column, op.new_name)] if op.new_name else []
    for name in names:
        keys += [("type", op.table, name)] if op.type_to is not None else []
        keys += [("null", op.table, name, str(op.nullable))] if op.nullable is not None else []
    return keys


def object_key(prefix: str) -> Callable[[Any], list[Key]]:
    """The key of something that is told by its name."""
    return lambda op: [(prefix, str(op.name).rpartition(".")[2])] if op.name else []


NEEDS: dict[type, Callable[[Any], list[Key]]] = {
    ops.AddColumn: lambda op: [("drop column", op.table, op.column.name)],
    ops.DropColumn: lambda op: [("add column", op.table, op.column)],
    ops.CreateTable: lambda op: [("drop table", op.table)],
    ops.DropTable: lambda op: [("create table", op.table)],
    ops.RenameTable: lambda op: [("rename table", op.new_name, op.table)],
    ops.CreateIndex: object_key("drop index"),
    ops.DropIndex: object_key("create index"),
    ops.AddConstraint: lambda op: [("drop constraint", op.table, op.constraint.name)] if op.constraint.name else [],
    ops.AlterColumn: column_keys,
}
GIVES: dict[type, Callable[[Any], list[Key]]] = {
    ops.AddColumn: lambda op: [("add column", op.table, op.column.name)],
    ops.DropColumn: lambda op: [("drop column", op.table, op.column)],
    ops.CreateTable: lambda op: [("create table", op.table)],
    ops.DropTable: lambda op: [("drop table", op.table)],
    ops.RenameTable: lambda op: [("rename table", op.table, op.new_name)],
    ops.CreateIndex: object_key("create index"),
    ops.DropIndex: object_key("drop index"),
    ops.DropConstraint: lambda op: [("drop constraint", op.table, op.name)] if op.name else [],
    ops.AlterColumn: made_keys,
}


def keys_of(
    operations: Sequence[ops.Operation], table: dict[type, Callable[[Any], list[Key]]]
) -> list[tuple[Key, ops.Operation]]:
    """Keys of all operations, with the operation that each comes from."""
    return [(key, op) for op in operations if type(op) in table for key in table[type(op)](op)]


def unequal(up: Sequence[ops.Operation], down: Sequence[ops.Operation]) -> Iterator[object]:
    """What the downgrade leaves, and what it drops besides."""
    if any(isinstance(op, ops.Unreadable) or is_opaque(op) for op in (*up, *down)):
        return
    given = {key for key, _ in keys_of(down, GIVES)}
    made = {key for key, _ in keys_of(up, GIVES)}
    tables = {key[1] for key in given if key[0] == "drop table"} | {
        op.table for op in up if isinstance(op, ops.DropTable)
    }
    columns = {key[1:3] for key in given if key[0] == "drop column"}
    renamed = {op.new_name: op.table for op in up if isinstance(op, ops.RenameTable)}
    missing: list[str] = []
    for key, op in keys_of(up, NEEDS):
        table = getattr(op, "table", "")
        if key in given or goes_with(op, tables, columns) or undone_within(key, made, op, up):
            continue
        if is_named_by_convention(key, op, down):
            continue
        # A table that was renamed is taken back under either name.
        if renamed and any(rename(key, renamed) == other or key == rename(other, renamed) for other in given):
            continue
        missing.append(name_of(op) if table or key else "")
    if missing:
        place = next((op.place for op in down), up[0].place)
        yield DowngradeIncomplete(place, tuple(dict.fromkeys(missing)))
    yield from extra(up, down)


def is_named_by_convention(key: Key, op: ops.Operation, down: Sequence[ops.Operation]) -> bool:
    """Whether the downgrade takes it back under the name that a naming convention gives, or without a name."""
    if key[0] == "drop constraint":
        return any(
            isinstance(each, ops.DropConstraint)
            and each.table == key[1]
            and each.name is not None
            and key[2] in each.name
            for each in down
        )
    tables = {each.table for each in down if isinstance(each, ops.CreateIndex) and each.name is None}
    return (
        key[0] == "create index"
        and isinstance(op, ops.DropIndex)
        and (op.table in tables or (not op.table and bool(tables)))
    )


def rename(key: Key, renamed: dict[str, str]) -> Key:
    """A key with the names that tables had before."""
    return tuple(renamed.get(part, part) for part in key)


def goes_with(op: ops.Operation, tables: set[str], columns: set[tuple[str, ...]]) -> bool:
    """Whether an index, constraint or column goes with the table or the columns that the downgrade drops."""
    table = getattr(op, "table", "")
    if table in tables and not isinstance(op, ops.CreateTable | ops.DropTable):
        return True
    touched: tuple[str, ...] = ()
    if isinstance(op, ops.AddConstraint):
        touched = op.constraint.columns
    elif isinstance(op, ops.CreateIndex):
        touched = op.columns
    elif isinstance(op, ops.AlterColumn):
        touched = (op.new_name or op.column,)
    if isinstance(op, ops.AddConstraint) and op.constraint.kind == "check":
        words = set(re.findall(r"\w+", op.constraint.condition or ""))
        touched = tuple(key[1] for key in columns if key[0] == table and key[1] in words)
    return any((table, name) in columns for name in touched)


def undone_within(key: Key, made: set[Key], op: ops.Operation, up: Sequence[ops.Operation]) -> bool:
    """Whether the upgrade itself takes it back, as a table that is only there to copy rows."""
    if isinstance(op, ops.AlterColumn):
        # A column that the same upgrade adds goes as a whole; one that it drops comes back as a whole.
        names = {op.column, op.new_name}
        return any(
            (isinstance(each, ops.AddColumn) and each.table == op.table and each.column.name in names)
            or (isinstance(each, ops.DropColumn) and each.table == op.table and each.column in names)
            for each in up
        )
    return key in made


def extra(up: Sequence[ops.Operation], down: Sequence[ops.Operation]) -> Iterator[object]:
    """Columns and tables that the downgrade drops and the upgrade did not make."""
    made = {("column", op.table, op.column.name) for op in (*up, *down) if isinstance(op, ops.AddColumn)}
    made |= {
        ("column", op.table, op.new_name or op.column) for op in up if isinstance(op, ops.AlterColumn) and op.new_name
    }
    tables = {op.table for op in (*up, *down) if isinstance(op, ops.CreateTable)}
    tables |= {op.new_name for op in up if isinstance(op, ops.RenameTable)} | {
        op.table for op in up if isinstance(op, ops.DropTable)
    }
    for op in down:
        if isinstance(op, ops.DropColumn) and ("column", op.table, op.column) not in made and op.table not in tables:
            yield DowngradeDropsMore(op, f"{op.table}.{op.column}")
        elif isinstance(op, ops.DropTable) and op.table not in tables:
            yield DowngradeDropsMore(op, op.table)


def is_opaque(op: ops.Operation) -> bool:
    """Whether nobody knows what a statement does."""
    return isinstance(op, ops.ExecuteSql) and op.kind in {"opaque", "other"}


def enums_left(up: Sequence[ops.Operation], down: Sequence[ops.Operation]) -> Iterator[EnumLeftBehind]:
    """Enum types that the upgrade creates, in its own words or with a table, and the downgrade leaves."""
    dropped = {op.name for op in down if isinstance(op, ops.DropEnum)}
    kept = {op.name for op in up if isinstance(op, ops.DropEnum)}
    renamed = {op.name for op in (*up, *down) if isinstance(op, ops.RenameObject)}
    if any(isinstance(op, ops.Unreadable) or is_opaque(op) for op in down):
        return
    for op in up:
        if op.place.dialects and "postgresql" not in op.place.dialects:
            continue
        for name in created_enums(op):
            if name not in dropped | kept | renamed:
                yield EnumLeftBehind(name, op.place)
                dropped.add(name)


def created_enums(op: ops.Operation) -> list[str]:
    """Names of the enum types that an operation creates."""
    if isinstance(op, ops.CreateEnum):
        return [op.name] if op.name else []
    columns: tuple[ops.Column, ...] = op.columns if isinstance(op, ops.CreateTable) else ()
    return [
        each.enum.name for each in columns if each.enum and each.enum.name and each.enum.native and each.enum.creates
    ]

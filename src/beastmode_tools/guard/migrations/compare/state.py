"""What is known of the database at each operation: from those before it, from the history, from the models."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.names import name_of
from beastmode_tools.guard.migrations.compare.parts import Column, Known

__all__ = ["State", "Surroundings", "with_context"]

NOT_NULL = re.compile(r'^\W*"?(\w+)"?\s+IS\s+NOT\s+NULL\W*$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known besides the operations of the change.

    Args:
        history: Operations of earlier upgrades that concern the same tables, in their order.
        tables: The base models' tables, as `Application.tables` has them.
        big_tables: Tables that hold many rows.
        postgres: Major version in production.
    """

    history: tuple[ops.Operation, ...] = ()
    tables: dict[str, Any] = field(default_factory=dict)
    big_tables: tuple[str, ...] = ()
    postgres: int = 15


@dataclass(slots=True)
class State:
    """The database as far as the operations so far tell; `is_new`: they belong to the change."""

    surroundings: Surroundings
    is_new: bool = False
    is_blind: bool = False
    new_tables: set[str] = field(default_factory=set)
    new_columns: set[tuple[str, str]] = field(default_factory=set)
    columns: dict[tuple[str, str], Column] = field(default_factory=dict)
    filled: set[tuple[str, str]] = field(default_factory=set)
    checks: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)
    validated: set[tuple[str, str]] = field(default_factory=set)
    indexes: dict[str, str] = field(default_factory=dict)
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    added: dict[tuple[str, str], str] = field(default_factory=dict)

    def learn(self, op: ops.Operation) -> None:
        """Takes an operation into account."""
        lesson = LESSONS.get(type(op))
        if lesson is not None:
            lesson(self, op)

    def column(self, table: str, name: str) -> Column | None:
        """A column as it is now: by the history, else by the models."""
        known = self.columns.get((table, name))
        if known is not None:
            return known
        facts = self.surroundings.tables.get(table, {}).get("columns", {}).get(name)
        if not isinstance(facts, dict):
            return None
        default = facts.get("server_default")
        return Column(
            name,
            str(facts.get("type") or ""),
            nullable=facts.get("nullable") is not False,
            server_default=None if default is None else str(default),
            primary_key=facts.get("primary_key") is True,
        )


def learn_table(state: State, op: ops.CreateTable) -> None:
    """A table with its columns."""
    if state.is_new and not op.if_not_exists:
        state.new_tables.add(op.table)
    for column in op.columns:
        state.columns[op.table, column.name] = column
        learn_enum(state, column)


def learn_column(state: State, op: ops.AddColumn) -> None:
    """A column."""
    state.columns[op.table, op.column.name] = op.column
    if state.is_new:
        state.new_columns.add((op.table, op.column.name))
    else:
        # ADD COLUMN creates no type; one that is merged and works shows that the type is there.
        learn_enum(state, op.column)


def learn_enum(state: State, column: Column) -> None:
    """The enum of a column."""
    if column.enum is not None and column.enum.name:
        state.enums.setdefault(column.enum.name, column.enum.values)


def learn_alteration(state: State, op: ops.AlterColumn) -> None:
    """A column that changes."""
    key = op.table, op.column
    column = state.column(*key) or Column(op.column)
    if op.type_to is not None:
        column = replace(column, type=op.type_to, enum=op.enum_to or column.enum)
    if op.nullable is not None:
        column = replace(column, nullable=op.nullable)
    if op.default_change:
        column = replace(column, server_default=op.default)
    if op.new_name:
        state.columns.pop(key, None)
        if key in state.new_columns:
            state.new_columns.add((op.table, op.new_name))
        key = op.table, op.new_name
    state.columns[key] = replace(column, name=key[1])


def learn_rename(state: State, op: ops.RenameTable) -> None:
    """A table under another name."""
    if op.table in state.new_tables:
        state.new_tables.add(op.new_name)
    for table, name in [key for key in state.columns if key[0] == op.table]:
        state.columns[op.new_name, name] = state.columns.pop((table, name))


def learn_drop(state: State, op: ops.DropTable) -> None:
    """A table that goes."""
    state.new_tables.discard(op.table)
    for key in [key for key in state.columns if key[0] == op.table]:
        del state.columns[key]


def learn_constraint(state: State, op: ops.AddConstraint) -> None:
    """A constraint, and whether it says that a column holds no NULL."""
    inner = op.constraint
    if inner.name:
        state.added[op.table, inner.name] = op.place.revision
    match = NOT_NULL.match(inner.condition or "")
    if match and inner.name:
        state.checks[op.table, inner.name] = (op.table, match[1], op.place.revision)
    if match and not inner.not_valid:
        state.validated.add((op.table, match[1]))


def learn_validation(state: State, op: ops.ValidateConstraint) -> None:
    """A constraint that holds for every row from here on."""
    known = state.checks.get((op.table, op.name))
    if known is not None:
        state.validated.add(known[:2])


def learn_index(state: State, op: ops.CreateIndex) -> None:
    """An index; one that was built concurrently may become a constraint."""
    if op.name and op.concurrently:
        state.indexes[op.name] = op.table


def learn_rows(state: State, op: ops.ExecuteSql) -> None:
    """Columns that an UPDATE fills."""
    learn_nothing(state, op)
    if op.kind in {"update", "merge"}:
        state.filled |= {(table, column) for table in op.tables for column in op.columns}


def learn_values(state: State, op: ops.CreateEnum) -> None:
    """The values of an enum."""
    state.enums[op.name] = op.values


def learn_value(state: State, op: ops.AddEnumValue) -> None:
    """One more value."""
    if op.name in state.enums and op.value not in state.enums[op.name]:
        state.enums[op.name] += (op.value,)


def learn_name(state: State, op: ops.RenameObject) -> None:
    """An enum under another name."""
    if op.kind == "type":
        state.enums[op.new_name] = state.enums.pop(op.name, ())


def learn_nothing(state: State, op: ops.Operation) -> None:
    """Something that may have created anything."""
    if not isinstance(op, ops.ExecuteSql) or op.kind in {"opaque", "other"}:
        state.is_blind = True


LESSONS: dict[type, Callable[[State, Any], None]] = {
    ops.CreateTable: learn_table,
    ops.AddColumn: learn_column,
    ops.AlterColumn: learn_alteration,
    ops.RenameTable: learn_rename,
    ops.DropTable: learn_drop,
    ops.AddConstraint: learn_constraint,
    ops.ValidateConstraint: learn_validation,
    ops.CreateIndex: learn_index,
    ops.ExecuteSql: learn_rows,
    ops.CreateEnum: learn_values,
    ops.AddEnumValue: learn_value,
    ops.RenameObject: learn_name,
    ops.Unreadable: learn_nothing,
}


def with_context(upgrades: Sequence[ops.Operation], surroundings: Surroundings) -> list[ops.Operation]:
    """The operations of a change's upgrades, each with what is known at its place.

    Args:
        upgrades: In the order in which they run.
        surroundings: What is known besides.
    """
    state = State(surroundings)
    for op in surroundings.history:
        state.learn(op)
    state.is_new, state.is_blind = True, False
    state.filled.clear()
    found: list[ops.Operation] = []
    for index, op in enumerate(upgrades):
        found.append(replace(op, known=known_at(state, op, upgrades[index + 1 :], upgrades)))
        state.learn(op)
    return found


def known_at(
    state: State, op: ops.Operation, later: Sequence[ops.Operation], everything: Iterable[ops.Operation]
) -> Known:
    """What is known when an operation runs."""
    table = (
        getattr(op, "table", None) or next(iter(getattr(op, "tables", ())), None) or index_table(state, op, everything)
    )
    column_name = column_of(op)
    key = (table or "", column_name)
    column = state.column(*key) if table and column_name else None
    enum = column.enum if column else None
    name = getattr(op, "name", None)
    old_enum = enum.values if enum and enum.values else state.enums.get(enum.name or "") if enum else None
    if old_enum is None and isinstance(op, ops.DropEnum | ops.AddEnumValue):
        old_enum = state.enums.get(op.name)
    columns = constrained(op)
    return Known(
        new_table=table in state.new_tables,
        new_column=key in state.new_columns
        or bool(columns and all((table, each) in state.new_columns for each in columns)),
        big_table=table in state.surroundings.big_tables,
        old_type=(column.type or None) if column else None,
        old_nullable=column.nullable if column else None,
        old_default=column.server_default if column else None,
        old_enum=old_enum or None,
        enum_missing=lacks_enum(state, op),
        filled=key in state.filled,
        checked=key in state.validated,
        indexed=isinstance(op, ops.AddConstraint) and op.constraint.using_index in state.indexes,
        same_transaction=state.added.get((table or "", name or "")) == op.place.revision,
        uses_new_value=isinstance(op, ops.AddEnumValue) and uses_value(op, later),
        recreated=is_recreated(op, later),
        table_goes=any(isinstance(each, ops.DropTable) and each.table == table for each in later),
        postgres=state.surroundings.postgres,
    )


def lacks_enum(state: State, op: ops.Operation) -> bool:
    """Whether a column takes an enum type of PostgreSQL that nothing has created."""
    enum = op.column.enum if isinstance(op, ops.AddColumn) else op.enum_to if isinstance(op, ops.AlterColumn) else None
    on_postgresql = not op.place.dialects or "postgresql" in op.place.dialects
    if enum is None or not enum.name or not enum.native or state.is_blind or not on_postgresql:
        return False
    before = op.enum_from if isinstance(op, ops.AlterColumn) else None
    return enum.name not in state.enums and (before is None or before.name != enum.name)


def index_table(state: State, op: ops.Operation, everything: Iterable[ops.Operation]) -> str | None:
    """The table of an index that is dropped by its name alone."""
    if not isinstance(op, ops.DropIndex):
        return None
    made = [each for each in (*state.surroundings.history, *everything) if isinstance(each, ops.CreateIndex)]
    return next((each.table for each in made if each.name == op.name), None)


def column_of(op: ops.Operation) -> str:
    """The one column that an operation is on; "" where it is on none or several."""
    column = getattr(op, "column", None)
    if isinstance(column, Column):
        return column.name
    return column if isinstance(column, str) else ""


def constrained(op: ops.Operation) -> tuple[str, ...]:
    """The columns of an index or a constraint, and those that an UPDATE writes."""
    if isinstance(op, ops.AddConstraint):
        return op.constraint.columns
    return op.columns if isinstance(op, ops.CreateIndex | ops.ExecuteSql) else ()


def uses_value(op: ops.AddEnumValue, later: Sequence[ops.Operation]) -> bool:
    """Whether the same transaction uses the value that was just added, which PostgreSQL refuses."""
    word = f"'{op.value}'"
    return not op.place.in_autocommit and any(
        each.place.revision == op.place.revision
        and (word in str(getattr(each, "sql", "")) or word in str(getattr(each, "default", "")))
        for each in later
    )


def is_recreated(op: ops.Operation, later: Sequence[ops.Operation]) -> bool:
    """Whether what an operation drops comes back under the same name."""
    if isinstance(op, ops.DropTable):
        return any(
            (isinstance(each, ops.CreateTable) and each.table == op.table)
            or (isinstance(each, ops.RenameTable) and each.new_name == op.table)
            for each in later
        )
    if isinstance(op, ops.DropIndex | ops.DropConstraint | ops.DropColumn | ops.ObjectDdl):
        wanted = name_of(op).replace("drop_", "create_", 1)
        names = {name_of(each).replace("replace_", "create_", 1) for each in later}
        if isinstance(op, ops.DropConstraint):
            return any(
                isinstance(each, ops.AddConstraint) and each.table == op.table and each.constraint.name == op.name
                for each in later
            )
        if isinstance(op, ops.DropColumn):
            return f"add_column {op.table}.{op.column}" in names
        return wanted in names
    return False

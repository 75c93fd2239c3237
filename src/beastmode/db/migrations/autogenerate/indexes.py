"""Indexes with all their features: conditions, expressions, kinds, operator classes, included columns."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from alembic.operations.ops import CreateIndexOp, DropIndexOp, DropTableOp, MigrateOperation, ModifyTableOps
from sqlalchemy import ClauseElement, Column, Connection, Dialect, Index, Table, text
from sqlalchemy.schema import CreateIndex

from beastmode.db.migrations.autogenerate.code import CodeOp, LastOp, OnlineOp, on_postgresql, outside, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import in_text, plain, sql_of, without_casts, words_of
from beastmode.db.migrations.autogenerate.scratch import NAME, Scratch, scratch_like, scratch_of

_ON_POSTGRESQL = text(
    "SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid "
    "JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace "
    "WHERE t.relname = :table AND n.nspname = :schema "
    "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.contype IN ('p', 'u', 'x'))"
)
_ON_SQLITE = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = :table")


@dataclass(frozen=True)
class _There:
    """An index of the database.

    Args:
        name: Its name.
        sql: The CREATE INDEX that creates it.
    """

    name: str
    sql: str

    @property
    def definition(self) -> str:
        """What distinguishes it from others on its table."""
        return _definition_of(self.sql)


def _definition_of(sql: str) -> str:
    """The part after the table's name, and whether it is unique."""
    unique = "UNIQUE " if sql.upper().startswith("CREATE UNIQUE") else ""
    return unique + sql.partition(" USING ")[2]


def compare_indexes(comparison: Comparison) -> None:
    """Create the indexes that the models declare, and drop those that they no longer declare."""
    _of_new_tables(comparison)
    _of_dropped_tables(comparison)
    for table in comparison.existing():
        _compare_table(comparison, table)


def _of_new_tables(comparison: Comparison) -> None:
    """Creates the indexes after their tables; they are dropped with them."""
    dialect = comparison.connection.dialect
    for operation, table in comparison.created():
        changes = changes_of(comparison.upgrade, table)
        changes[:] = [one for one in changes if not isinstance(one, CreateIndexOp)]
        up = [_create_code(index, dialect) for index in sorted(table.indexes, key=lambda index: str(index.name))]
        place = comparison.upgrade.ops.index(operation) + 1
        comparison.upgrade.ops[place:place] = [CodeOp("add_index", table.name, up, [])] if up else []


def _of_dropped_tables(comparison: Comparison) -> None:
    """In the downgrade, creates the indexes after their tables."""
    for operation in [one for one in comparison.upgrade.ops if isinstance(one, DropTableOp)]:
        table = operation.to_table()
        changes = changes_of(comparison.upgrade, table)
        changes[:] = [one for one in changes if not isinstance(one, DropIndexOp)]
        down = [
            line for one in _indexes_there(comparison.connection, table) for line in _remade(comparison, table, one)
        ]
        place = comparison.upgrade.ops.index(operation)
        comparison.upgrade.ops[place:place] = [CodeOp("remove_index", table.name, [], down)] if down else []


def _compare_table(comparison: Comparison, table: Table) -> None:
    """The indexes of an existing table."""
    changes = changes_of(comparison.upgrade, table)
    changes[:] = [one for one in changes if not isinstance(one, (CreateIndexOp, DropIndexOp))]
    there = {one.name: one for one in _indexes_there(comparison.connection, table)}
    wanted = {str(index.name): index for index in table.indexes}
    same = _unchanged(comparison, table, wanted, there)
    gone = {column for name, column in comparison.remade if name == table.name}
    stays = {name for name in wanted if name in there and not gone & set(words_of(there[name].sql))}
    drops = [there[name] for name in sorted(there) if name not in same and name not in stays]
    adds = [wanted[name] for name in sorted(wanted) if name not in same]
    place = comparison.upgrade.ops.index(_first_change(comparison, table))
    comparison.upgrade.ops[place:place] = [_dropped(comparison, table, one) for one in drops]
    for index in adds:
        name = str(index.name)
        before = _remade(comparison, table, there[name]) if name in stays else []
        comparison.upgrade.ops.append(_built(comparison, table, index, before))


def _first_change(comparison: Comparison, table: Table) -> MigrateOperation:
    """The first operation that changes a table."""
    return next(
        one
        for one in comparison.upgrade.ops
        if isinstance(one, ModifyTableOps) and (one.table_name, one.schema) == (table.name, table.schema)
    )


def _indexes_there(connection: Connection, table: Table) -> Iterator[_There]:
    """The indexes of a table, without those of constraints."""
    question = _ON_POSTGRESQL if connection.dialect.name == "postgresql" else _ON_SQLITE
    named = {"table": table.name}
    if connection.dialect.name == "postgresql":
        named["schema"] = table.schema or str(connection.dialect.default_schema_name)
    for name, sql in connection.execute(question, named):
        yield _There(name, sql)


def _unchanged(
    comparison: Comparison, table: Table, wanted: dict[str, Index], there: dict[str, _There]
) -> frozenset[str]:
    """The names of the indexes that are the same, and whose columns remain."""
    gone = {column for name, column in comparison.remade if name == table.name}
    both = [name for name in wanted if name in there and not gone & set(words_of(there[name].sql))]
    with scratch_of(comparison.connection, table, known_enums(comparison)) as scratch:
        return frozenset(name for name in both if _is_same(wanted[name], there[name], scratch))


def _is_same(index: Index, there: _There, scratch: Scratch | None) -> bool:
    """Whether an index is the same in the models and in the database."""
    if scratch is None:
        return words_of(_create_sql(index, plain("sqlite"))) == words_of(there.sql)
    said = scratch.index(_on_scratch(index))
    return said is not None and _definition_of(said) == there.definition


def _create_sql(index: Index, dialect: Dialect) -> str:
    """The CREATE INDEX of an index."""
    return str(CreateIndex(index).compile(dialect=dialect)).strip()


def _on_scratch(index: Index) -> str:
    """The CREATE INDEX of the same index on the scratch table."""
    dialect = plain("postgresql")
    preparer = dialect.identifier_preparer
    table: Any = index.table
    there = f"INDEX {preparer.quote(str(index.name))} ON {preparer.format_table(table)} "
    return _create_sql(index, dialect).replace(there, f"INDEX scratch_index ON pg_temp.{NAME} ", 1)


def _dropped(comparison: Comparison, table: Table, there: _There) -> CodeOp:
    """Drops an index; the downgrade restores it."""
    schema = f", schema={table.schema!r}" if table.schema else ""
    up = [f"op.drop_index({there.name!r}, table_name={table.name!r}{schema})"]
    return CodeOp("remove_index", there.name, up, _remade(comparison, table, there))


def _remade(comparison: Comparison, table: Table, there: _There) -> list[str]:
    """The operation that creates an index again, or if that would differ, the database's own SQL."""
    index = next((one for one in comparison.table_there(table).indexes if one.name == there.name), None)
    dialect = comparison.connection.dialect
    if index is not None and all(one is not None for one in index.expressions):
        with scratch_like(comparison.connection, table.name, table.schema) as scratch:
            if scratch is not None:
                said = scratch.index(without_casts(_on_scratch(index)))
                if said is not None and _definition_of(said) == there.definition:
                    return [_create_code(index, dialect, said=without_casts)]
            if _is_same(index, there, scratch):
                return [_create_code(index, dialect)]
    if comparison.is_postgresql:
        return on_postgresql(statement(there.sql))
    return [statement(there.sql)]


def _built(comparison: Comparison, table: Table, index: Index, before: list[str]) -> CodeOp:
    """Builds an index concurrently; an incomplete one from an earlier try, or the one it replaces, is dropped first."""
    name = str(index.name)
    schema = f", schema={table.schema!r}" if table.schema else ""
    drop = f"op.drop_index({name!r}, table_name={table.name!r}{schema}, if_exists=True, postgresql_concurrently=True)"
    make = _create_code(index, comparison.connection.dialect, ", postgresql_concurrently=True")
    is_fresh = index.unique and bool({column.name for column in index.columns} & comparison.added_columns(table))
    if index.unique and not is_fresh and not before:
        columns = ", ".join(column.name for column in index.columns)
        comparison.remarks.append(
            f"{table.name}.{columns} must be unique: the revision fails if rows have equal values. Fix them first, "
            "with op.execute()."
        )
    kind = LastOp if is_fresh else OnlineOp
    return kind("add_index", name, outside(drop, make), [*outside(drop), *before])


def _create_code(index: Index, dialect: Dialect, how: str = "", said: Callable[[str], str] = str) -> str:
    """The code that creates an index.

    Args:
        index: The index.
        dialect: The dialect of the database that it was read from.
        how: More options.
        said: Renders each of its expressions.
    """
    table: Any = index.table
    parts = [_part_code(each, dialect, said) for each in index.expressions]
    given = {key: value for key, value in index.dialect_kwargs.items() if isinstance(value, ClauseElement) or value}
    options = "".join(f", {key}={_option_code(value, dialect, said)}" for key, value in given.items())
    schema = f", schema={table.schema!r}" if table.schema else ""
    unique = f"unique={bool(index.unique)}"
    return f"op.create_index({str(index.name)!r}, {table.name!r}, [{', '.join(parts)}], {unique}{schema}{options}{how})"


def _part_code(part: Any, dialect: Dialect, said: Callable[[str], str]) -> str:
    """A column's name, or an expression."""
    if isinstance(part, Column):
        return repr(str(part.name))
    return f"sa.text({in_text(said(sql_of(part.self_group(), dialect)))!r})"


def _option_code(value: Any, dialect: Dialect, said: Callable[[str], str]) -> str:
    """The code of a dialect-specific option."""
    if isinstance(value, ClauseElement):
        return f"sa.text({in_text(said(sql_of(value, dialect)))!r})"
    return repr(value)

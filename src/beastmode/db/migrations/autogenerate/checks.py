"""CHECK constraints, of tables, columns and types."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation
from sqlalchemy import CheckConstraint, Column, Dialect, Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import conv

from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of
from beastmode.db.migrations.autogenerate.enum_types import POSTGRESQL
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import in_text, sql_of, without_casts, words_of
from beastmode.db.migrations.autogenerate.online import validation
from beastmode.db.migrations.autogenerate.scratch import Scratch, definitions_of, scratch_like, scratch_of
from beastmode.db.migrations.private_alembic import final_name
from beastmode.db.private_sqlalchemy import creation_rule

_SQLITE: Dialect = sqlite.dialect()
_LONGEST_NAME = 58  # of 63 that PostgreSQL keeps, with room for a number


@dataclass(frozen=True)
class Check:
    """A CHECK constraint.

    Args:
        table: Its table.
        schema: The schema of the table, if not the default.
        name: Its name in the database.
        sql: The condition.
        definition: The condition in PostgreSQL's own form, if it is in the database.
        column: The column whose type creates it, on this kind of database only.
    """

    table: str
    schema: str | None
    name: str
    sql: str
    definition: str = ""
    column: str | None = None


class _AddCheckOp(MigrateOperation):
    """Adds a check to an existing table; existing rows are checked later, except in the downgrade."""

    def __init__(self, check: Check, *, at_once: bool = False) -> None:
        self.check = check
        self.at_once = at_once

    def reverse(self) -> "_DropCheckOp":
        """Drops it."""
        return _DropCheckOp(self.check)

    def to_diff_tuple(self) -> tuple[str, ...]:
        """As `flask db check` prints it."""
        return ("add_check", self.check.table, self.check.name, self.check.sql)


class _DropCheckOp(_AddCheckOp):
    """Drops a check."""

    def reverse(self) -> _AddCheckOp:  # type: ignore[override]  # each is the other's way back
        """Adds it again."""
        return _AddCheckOp(self.check, at_once=True)

    def to_diff_tuple(self) -> tuple[str, ...]:
        """As `flask db check` prints it."""
        return ("remove_check", self.check.table, self.check.name, self.check.sql)


@renderers.dispatch_for(_AddCheckOp)
def render_add(_context: AutogenContext, operation: _AddCheckOp) -> str:
    """In the batch of the table."""
    check = operation.check
    how = "" if operation.at_once else ", postgresql_not_valid=True"
    return f"batch_op.create_check_constraint(op.f({check.name!r}), sa.text({in_text(check.sql)!r}){how})"


@renderers.dispatch_for(_DropCheckOp)
def render_drop(_context: AutogenContext, operation: _DropCheckOp) -> str:
    """In the batch of the table."""
    return f"batch_op.drop_constraint(op.f({operation.check.name!r}), type_='check')"


def compare_checks(comparison: Comparison) -> None:
    """Create the checks that the models declare, and drop those that they no longer declare."""
    dialect = comparison.connection.dialect
    for operation, table in comparison.created():
        operation.columns = [one for one in operation.columns if not isinstance(one, CheckConstraint)]
        operation.columns += [
            CheckConstraint(in_text(check.sql), name=conv(check.name))
            for check in _declared(table, dialect)
            if check.column is None
        ]
    for table in comparison.existing():
        _compare_table(comparison, table)


def _declared(table: Table, dialect: Dialect) -> Iterator[Check]:
    """The checks of a model's table that this database has, each with a name."""
    of_columns = [(check, column) for column in table.columns for check in column.constraints]
    of_table = [(check, None) for check in table.constraints]
    taken: set[str] = set()
    for check, column in [*of_table, *of_columns]:
        if not isinstance(check, CheckConstraint) or not _is_made(check, dialect):
            continue
        name = _name_of(check, column, table, dialect, taken)
        taken.add(name)
        bound = next(iter(check.columns)).name if _is_of_one_database(check) and len(check.columns) else None
        yield Check(table.name, table.schema, name, sql_of(check.sqltext, dialect), column=bound)


def _is_of_one_database(check: CheckConstraint) -> bool:
    """Whether a type creates it on a database that lacks the type, as SQLite lacks booleans."""
    return not (_is_made(check, POSTGRESQL) and _is_made(check, _SQLITE))


def _is_made(check: CheckConstraint, dialect: Dialect) -> bool:
    """Whether a kind of database has it: a type creates its check only if the database lacks the type."""
    rule = creation_rule(check)
    compiler: Any = dialect.ddl_compiler
    return rule is None or bool(rule(compiler(dialect, None)))


def _name_of(
    check: CheckConstraint, column: Column[Any] | None, table: Table, dialect: Dialect, taken: set[str]
) -> str:
    """The name in the database; by default one with the names of the table and the column."""
    given = final_name(check, dialect)
    if given:
        return given
    words = set(words_of(sql_of(check.sqltext, dialect)))
    columns = [column.name] if column is not None else [each.name for each in table.columns if each.name in words]
    name = "_".join(["ck", table.name, *columns])[:_LONGEST_NAME]
    candidates = (name, *(f"{name}_{number}" for number in range(2, 1000)))
    return next(one for one in candidates if one not in taken)


def _compare_table(comparison: Comparison, table: Table) -> None:
    """Add the checks that an existing table lacks, and drop those that it should not have."""
    dialect = comparison.connection.dialect
    wanted = {check.name: check for check in _declared(table, dialect)}
    there = {check.name: check for check in _found(comparison, table) if check.name}
    changes = changes_of(comparison.upgrade, table)
    added = comparison.added_columns(table)
    same = _unchanged(comparison, table, wanted, there)
    drops = [one for name, one in sorted(there.items()) if name not in same]
    adds = [one for name, one in sorted(wanted.items()) if name not in same and one.column not in added]
    changes[:0] = [_DropCheckOp(one) for one in _restorable(comparison, table, drops)]
    changes.extend(_AddCheckOp(check) for check in adds)
    if adds:
        comparison.upgrade.ops.append(validation(table.name, table.schema, [one.name for one in adds]))


def _found(comparison: Comparison, table: Table) -> Iterator[Check]:
    """The checks in the database, without those that the models declare for another kind of database."""
    elsewhere = {check.name for kind in (POSTGRESQL, _SQLITE) for check in _declared(table, kind)}
    elsewhere -= {check.name for check in _declared(table, comparison.connection.dialect)}
    definitions = definitions_of(comparison.connection, table.name, table.schema)
    for check in comparison.inspector.get_check_constraints(table.name, schema=table.schema):
        name = check["name"] or ""
        if name not in elsewhere:
            yield Check(table.name, table.schema, name, check["sqltext"], definitions.get(name, ""))


def _unchanged(
    comparison: Comparison, table: Table, wanted: dict[str, Check], there: dict[str, Check]
) -> frozenset[str]:
    """The names of the checks that are the same in the models and in the database."""
    both = sorted(set(wanted) & set(there))
    differ = [name for name in both if words_of(wanted[name].sql) != words_of(there[name].sql)]
    with scratch_of(comparison.connection, table, known_enums(comparison)) as scratch:
        if scratch is None or not differ:
            return frozenset(both) - frozenset(differ)
        changed = [name for name in differ if scratch.check(wanted[name].sql) != there[name].definition]
    return frozenset(both) - frozenset(changed)


def _restorable(comparison: Comparison, table: Table, checks: list[Check]) -> list[Check]:
    """The checks with SQL that creates the same constraint again, which PostgreSQL's own form does not always do."""
    if not checks:
        return checks
    with scratch_like(comparison.connection, table.name, table.schema) as scratch:
        return [replace(check, sql=restoring(scratch, check)) for check in checks]


def restoring(scratch: Scratch | None, check: Check) -> str:
    """The simplest SQL that PostgreSQL stores in the same form as before."""
    if scratch is not None:
        for sql in (without_casts(check.sql), check.sql):
            if scratch.check(sql) == check.definition:
                return sql
    return check.sql

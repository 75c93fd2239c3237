"""CHECK constraints, of tables, columns and types."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import AddColumnOp, MigrateOperation
from alembic.util import sqla_compat
from sqlalchemy import CheckConstraint, Column, Dialect, Table
from sqlalchemy.sql.elements import conv

from beastmode.db.autogenerate.comparison import Comparison, changes_of
from beastmode.db.autogenerate.enums import known_enums
from beastmode.db.autogenerate.expressions import in_text, sql_of, words_of
from beastmode.db.autogenerate.online import ValidateOp
from beastmode.db.autogenerate.scratch import scratch_of

__all__ = ["compare_checks"]

LONGEST_NAME = 58  # of 63 that PostgreSQL keeps, with room for a number


@dataclass(frozen=True)
class Check:
    """A CHECK constraint.

    Args:
        table: Its table.
        schema: The table's, where it is not the default.
        name: In the database.
        sql: The condition.
        column: Whose type it belongs to, if it does.
    """

    table: str
    schema: str | None
    name: str
    sql: str
    column: str | None = None


class AddCheckOp(MigrateOperation):
    """Adds a check to a table that exists; rows that are there are looked at later, unless it is the way back."""

    def __init__(self, check: Check, *, at_once: bool = False) -> None:
        self.check = check
        self.at_once = at_once

    def reverse(self) -> "DropCheckOp":
        """Drops it."""
        return DropCheckOp(self.check)

    def to_diff_tuple(self) -> tuple[str, ...]:
        """As `flask db check` prints it."""
        return ("add_check", self.check.table, self.check.name, self.check.sql)


class DropCheckOp(AddCheckOp):
    """Drops a check."""

    def reverse(self) -> AddCheckOp:  # type: ignore[override]  # each is the other's way back
        """Adds it again."""
        return AddCheckOp(self.check, at_once=True)

    def to_diff_tuple(self) -> tuple[str, ...]:
        """As `flask db check` prints it."""
        return ("remove_check", self.check.table, self.check.name, self.check.sql)


@renderers.dispatch_for(AddCheckOp)
def render_add(_context: AutogenContext, operation: AddCheckOp) -> str:
    """Within the table's batch."""
    check = operation.check
    how = "" if operation.at_once else ", postgresql_not_valid=True"
    return f"batch_op.create_check_constraint(op.f({check.name!r}), sa.text({in_text(check.sql)!r}){how})"


@renderers.dispatch_for(DropCheckOp)
def render_drop(_context: AutogenContext, operation: DropCheckOp) -> str:
    """Within the table's batch."""
    return f"batch_op.drop_constraint(op.f({operation.check.name!r}), type_='check')"


def compare_checks(comparison: Comparison) -> None:
    """Have the revision make the checks that the models declare, and drop those that they no longer do."""
    dialect = comparison.connection.dialect
    for operation, table in comparison.created():
        of_columns = [check for check in declared(table, dialect) if check.column is None]
        operation.columns = [one for one in operation.columns if not is_plain_check(one)]
        operation.columns += [CheckConstraint(in_text(one.sql), name=conv(one.name)) for one in of_columns]
    for table in comparison.existing():
        compare_table(comparison, table)


def is_plain_check(item: object) -> bool:
    """Whether it is a check that no type brings along."""
    return isinstance(item, CheckConstraint) and not is_of_type(item)


def is_of_type(check: CheckConstraint) -> bool:
    """Whether a type such as Boolean or Enum makes it."""
    return bool(getattr(check, "_type_bound", False))


def declared(table: Table, dialect: Dialect) -> Iterator[Check]:
    """The checks of a table of the models that this database makes, each with a name."""
    of_columns = [(check, column) for column in table.columns for check in column.constraints]
    of_table = [(check, None) for check in table.constraints]
    taken: set[str] = set()
    for check, column in [*of_table, *of_columns]:
        if not isinstance(check, CheckConstraint) or not is_made(check, dialect):
            continue
        name = name_of(check, column, table, dialect, taken)
        taken.add(name)
        bound = next(iter(check.columns)).name if is_of_type(check) and len(check.columns) else None
        yield Check(table.name, table.schema, name, sql_of(check.sqltext, dialect), bound)


def is_made(check: CheckConstraint, dialect: Dialect) -> bool:
    """Whether this database makes it: a type's check is not made where the type does without."""
    rule: Any = getattr(check, "_create_rule", None)
    compiler: Any = dialect.ddl_compiler
    return rule is None or bool(rule(compiler(dialect, None)))


def name_of(check: CheckConstraint, column: Column[Any] | None, table: Table, dialect: Dialect, taken: set[str]) -> str:
    """The name as the database has it; one that says the table and the column where nobody gave one."""
    given = sqla_compat._get_constraint_final_name(check, dialect)  # noqa: SLF001 - Alembic's own way to the last form
    if given:
        return given
    words = set(words_of(sql_of(check.sqltext, dialect)))
    columns = [column.name] if column is not None else [each.name for each in table.columns if each.name in words]
    name = "_".join(["ck", table.name, *columns])[:LONGEST_NAME]
    candidates = (name, *(f"{name}_{number}" for number in range(2, 1000)))
    return next(one for one in candidates if one not in taken)


def compare_table(comparison: Comparison, table: Table) -> None:
    """Add what one table that exists lacks, and drop what it has too much."""
    dialect = comparison.connection.dialect
    wanted = {check.name: check for check in declared(table, dialect)}
    there = list(found(comparison, table))
    named = {check.name: check for check in there if check.name}
    changes = changes_of(comparison.upgrade, table)
    added = {one.column.name for one in changes if isinstance(one, AddColumnOp)}
    same = unchanged(comparison, table, wanted, named)
    drops = [DropCheckOp(check) for name, check in sorted(named.items()) if name not in same]
    adds = [
        AddCheckOp(check)
        for name, check in sorted(wanted.items())
        if name not in same and not (check.column in added and name not in named)
    ]
    changes[:0] = drops
    changes.extend(adds)
    if adds:
        comparison.upgrade.ops.append(ValidateOp(table.name, table.schema, tuple(one.check.name for one in adds)))


def found(comparison: Comparison, table: Table) -> Iterator[Check]:
    """The checks that the database has."""
    for check in comparison.inspector.get_check_constraints(table.name, schema=table.schema):
        yield Check(table.name, table.schema, check["name"] or "", check["sqltext"])


def unchanged(
    comparison: Comparison, table: Table, wanted: dict[str, Check], there: dict[str, Check]
) -> frozenset[str]:
    """The names of the checks that say the same in the models and in the database."""
    both = sorted(set(wanted) & set(there))
    differ = [name for name in both if words_of(wanted[name].sql) != words_of(there[name].sql)]
    if not differ:
        return frozenset(both)
    with scratch_of(comparison.connection, table, known_enums(comparison)) as scratch:
        if scratch is None:
            return frozenset(both) - frozenset(differ)
        changed = [name for name in differ if scratch.check(wanted[name].sql) != scratch.check(there[name].sql)]
    return frozenset(both) - frozenset(changed)

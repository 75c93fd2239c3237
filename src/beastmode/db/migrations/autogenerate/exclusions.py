"""Exclusion constraints, which only PostgreSQL has."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from beastmode.db.migrations.autogenerate.code import CodeOp, name_sql, on_postgresql, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.enums import known_enums
from beastmode.db.migrations.autogenerate.expressions import plain
from beastmode.db.migrations.autogenerate.scratch import definitions_of, scratch_of


def compare_exclusions(comparison: Comparison) -> None:
    """Create the exclusion constraints that the models declare, and drop the others."""
    if not comparison.is_postgresql:
        return
    for table in comparison.existing():
        definitions = definitions_of(comparison.connection, table.name, table.schema)
        there = {name: said for name, said in definitions.items() if said.startswith("EXCLUDE")}
        wanted = {
            str(one.name): _sql_of_exclusion(one) for one in table.constraints if isinstance(one, ExcludeConstraint)
        }
        same = _unchanged(comparison, table, wanted, there)
        drops = [_change(table, name, "", there[name]) for name in sorted(there) if name not in same]
        adds = [_change(table, name, wanted[name], "") for name in sorted(wanted) if name not in same]
        comparison.upgrade.ops += [*drops, *adds]
        for name in sorted(wanted):
            if name not in same:
                comparison.remarks.append(
                    f"{table.name}: {name} forbids overlapping rows: the revision fails if there are any. Fix them "
                    "first, with op.execute(). PostgreSQL locks the table while it checks every row."
                )


def _sql_of_exclusion(constraint: ExcludeConstraint) -> str:
    """A constraint as SQL, without its name."""
    compiler: Any = plain("postgresql").ddl_compiler
    said = compiler(plain("postgresql"), None).visit_exclude_constraint(constraint)
    return "EXCLUDE" + str(said).partition("EXCLUDE")[2]


def _unchanged(comparison: Comparison, table: Table, wanted: dict[str, str], there: dict[str, str]) -> frozenset[str]:
    """The names of the constraints that are the same."""
    both = [name for name in wanted if name in there]
    with scratch_of(comparison.connection, table, known_enums(comparison)) as scratch:
        return frozenset(name for name in both if scratch is None or scratch.constraint(wanted[name]) == there[name])


def _change(table: Table, name: str, wanted: str, there: str) -> CodeOp:
    """Adds or drops one; Alembic's operation does not support all of them."""
    target = f"ALTER TABLE {name_sql(table.name, table.schema)}"
    drop = on_postgresql(statement(f"{target} DROP CONSTRAINT {name_sql(name)}"))
    add = on_postgresql(statement(f"{target} ADD CONSTRAINT {name_sql(name)} {wanted or there}"))
    return CodeOp("add_exclusion" if wanted else "remove_exclusion", name, *((add, drop) if wanted else (drop, add)))

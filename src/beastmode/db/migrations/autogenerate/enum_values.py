"""Changes to the values of PostgreSQL's enum types."""

from collections.abc import Iterator

from sqlalchemy import text

from beastmode.db.migrations.autogenerate.code import CodeOp, name_sql, on_postgresql, outside, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison
from beastmode.db.migrations.autogenerate.enum_types import EnumType, create_sql, declared_enums, quoted
from beastmode.db.migrations.autogenerate.enums import there

_USERS = text(
    "SELECT n.nspname, t.relname, a.attname, y.typelem <> 0, pg_get_expr(d.adbin, d.adrelid) "
    "FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid AND t.relkind IN ('r', 'p') "
    "JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_type y ON y.oid = a.atttypid "
    "LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum "
    "WHERE NOT a.attisdropped AND CAST(:type AS regtype) IN (a.atttypid, y.typelem) ORDER BY 2, 3"
)
_DEPENDENTS = text(
    "SELECT DISTINCT t.relname, c.conname, 'ADD CONSTRAINT ' || quote_ident(c.conname) || ' ' || "
    "pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
    "WHERE c.contype IN ('c', 'x') AND pg_get_constraintdef(c.oid) LIKE '%::' || :name || '%' "
    "UNION ALL SELECT t.relname, '', pg_get_indexdef(x.indexrelid) FROM pg_index x "
    "JOIN pg_class t ON t.oid = x.indrelid WHERE pg_get_indexdef(x.indexrelid) LIKE '%::' || :name || '%' ORDER BY 1, 2"
)


def compare_enum_values(comparison: Comparison) -> None:
    """Add values to a type, or recreate it if values are removed or reordered."""
    if not comparison.is_postgresql:
        return
    before = {kind.key: kind for kind in there(comparison)}
    wanted = {kind.key: kind for _column, kind in declared_enums(comparison.models)}
    for key in sorted(set(before) & set(wanted)):
        if before[key].labels != wanted[key].labels:
            comparison.upgrade.ops.insert(0, _change(comparison, before[key], wanted[key]))


def _change(comparison: Comparison, before: EnumType, wanted: EnumType) -> CodeOp:
    """The operations that lead from one list of values to the other, and back."""
    new = [label for label in wanted.labels if label not in before.labels]
    gone = [label for label in before.labels if label not in wanted.labels]
    back = on_postgresql(*_recreated(comparison, wanted, before))
    if tuple(label for label in wanted.labels if label not in new) == before.labels:
        comparison.remarks.append(
            f"The enum {before.name} gets {', '.join(map(repr, new))}: code that is still running fails if it reads "
            "one. A downgrade recreates the type, and fails if rows contain one."
        )
        return CodeOp("add_enum_values", before.key, on_postgresql(*outside(*_additions(wanted, new))), back)
    moved = (
        f"the revision fails if rows contain {' or '.join(map(repr, gone))}; change them first, with op.execute(). "
        if gone
        else ""
    )
    if len(gone) == len(new) == 1:
        moved += (
            f'If {gone[0]!r} was renamed to {new[0]!r}, write op.execute("ALTER TYPE {before.sql} RENAME VALUE '
            f'{quoted(gone[0])} TO {quoted(new[0])}") instead. '
        )
    comparison.remarks.append(
        f"The enum {before.name} is recreated, because PostgreSQL can only add values: {moved}Every table that uses "
        "it is rewritten and locked."
    )
    return CodeOp("change_enum_values", before.key, on_postgresql(*_recreated(comparison, before, wanted)), back)


def _additions(wanted: EnumType, new: list[str]) -> Iterator[str]:
    """One statement for each new value, in its position; running it again is not an error."""
    for label in new:
        at = wanted.labels.index(label)
        place = f" AFTER {quoted(wanted.labels[at - 1])}" if at else f" BEFORE {quoted(wanted.labels[1])}"
        yield statement(f"ALTER TYPE {wanted.sql} ADD VALUE IF NOT EXISTS {quoted(label)}{place}")


def _recreated(comparison: Comparison, before: EnumType, wanted: EnumType) -> Iterator[str]:
    """A second type, to which columns are converted through text; what depends on the type is dropped first."""
    old = before.named(f"{before.name}_before")
    dependents = list(comparison.connection.execute(_DEPENDENTS, {"name": before.name}))
    for table, name, sql in dependents:
        yield statement(f"ALTER TABLE {name_sql(table)} DROP CONSTRAINT {name_sql(name)}" if name else _drop_sql(sql))
    yield statement(f"ALTER TYPE {before.sql} RENAME TO {name_sql(old.name)}")
    yield statement(create_sql(wanted))
    for schema, table, column, is_array, default in comparison.connection.execute(_USERS, {"type": before.sql}):
        default_schema = comparison.connection.dialect.default_schema_name
        place = None if schema == default_schema else schema
        target = f"ALTER TABLE {name_sql(table, place)} ALTER COLUMN {name_sql(column)}"
        several = "[]" if is_array else ""
        if default:
            yield statement(f"{target} DROP DEFAULT")
        yield statement(
            f"{target} TYPE {before.sql}{several} USING {name_sql(column)}::text{several}::{before.sql}{several}"
        )
        if default:
            yield statement(f"{target} SET DEFAULT {default}")
    yield statement(f"DROP TYPE {old.sql}")
    for table, name, sql in dependents:
        yield statement(f"ALTER TABLE {name_sql(table)} {sql}" if name else sql)


def _drop_sql(create: str) -> str:
    """The SQL that drops the index of a CREATE INDEX."""
    return f"DROP INDEX {create.split(' INDEX ', 1)[1].split(' ON ', 1)[0]}"

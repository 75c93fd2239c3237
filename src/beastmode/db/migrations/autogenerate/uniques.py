"""Unique constraints of tables with rows."""

from typing import Any

from alembic.operations.ops import CreateUniqueConstraintOp, DropConstraintOp, MigrateOperation
from sqlalchemy import Table

from beastmode.db.migrations.autogenerate.code import LastOp, OnlineOp, name_sql, outside, statement
from beastmode.db.migrations.autogenerate.comparison import Comparison, changes_of


def compare_uniques(comparison: Comparison) -> None:
    """Build the index of a unique constraint without blocking others."""
    for table in comparison.existing():
        changes = changes_of(comparison.upgrade, table)
        fresh = comparison.added_columns(table)
        for operation in [one for one in changes if isinstance(one, CreateUniqueConstraintOp)]:
            changes.remove(operation)
            constraint: Any = operation.to_constraint()
            columns = [column.name for column in constraint.columns]
            kind = LastOp if set(columns) & fresh else OnlineOp
            up, down = _ways(table, constraint, _replaced(changes, constraint))
            comparison.upgrade.ops.append(kind("add_unique", f"{table.name}.{constraint.name}", up, down))
            if kind is OnlineOp:
                comparison.remarks.append(
                    f"{table.name}.{', '.join(columns)} must be unique: the revision fails if rows have equal values. "
                    "Fix them first, with op.execute()."
                )


def _replaced(changes: list[MigrateOperation], constraint: Any) -> Any:
    """The constraint of the same name that is replaced, which is then not dropped separately; or None."""
    for operation in changes:
        if (
            isinstance(operation, DropConstraintOp)
            and operation.constraint_type == "unique"
            and operation.constraint_name == constraint.name
        ):
            changes.remove(operation)
            return operation.to_constraint()
    return None


def _ways(table: Table, constraint: Any, before: Any) -> tuple[list[str], list[str]]:
    """PostgreSQL builds the index first and then uses it for the constraint; SQLite copies the table."""
    name = str(constraint.name)
    index = f"{name}_new" if before is not None else name
    place = f"{index!r}, table_name={table.name!r}"
    schema = f", schema={table.schema!r}" if table.schema else ""
    columns = [column.name for column in constraint.columns]
    instead = f"DROP CONSTRAINT {name_sql(name)}, " if before is not None else ""
    when = " DEFERRABLE" if constraint.deferrable else ""
    when += f" INITIALLY {constraint.initially}" if constraint.initially else ""
    sql = (
        f"ALTER TABLE {name_sql(table.name, table.schema)} {instead}ADD CONSTRAINT {name_sql(name)} "
        f"UNIQUE USING INDEX {name_sql(index)}{when}"
    )
    batch = f"with op.batch_alter_table({table.name!r}{schema}) as batch_op:"
    drop = f"batch_op.drop_constraint(op.f({name!r}), type_='unique')"
    up = [
        'if op.get_context().dialect.name == "postgresql":',
        *outside(
            f"op.drop_index({place}{schema}, if_exists=True, postgresql_concurrently=True)",
            f"op.create_index({index!r}, {table.name!r}, {columns!r}, unique=True{schema}{_options_of(constraint)}, "
            "postgresql_concurrently=True)",
        ),
        statement(sql),
        "else:",
        batch,
        *([drop] if before is not None else []),
        _creation(constraint),
        "",
        "",
    ]
    return up, [batch, drop, *([_creation(before)] if before is not None else []), ""]


def _creation(constraint: Any) -> str:
    """Creates the constraint in a batch."""
    kept = {key: getattr(constraint, key) for key in ("deferrable", "initially")}
    said = "".join(f", {key}={value!r}" for key, value in kept.items() if value is not None)
    columns = [column.name for column in constraint.columns]
    name = f"op.f({str(constraint.name)!r})"
    return f"batch_op.create_unique_constraint({name}, {columns!r}{said}{_options_of(constraint)})"


def _options_of(constraint: Any) -> str:
    """The options of a constraint for one kind of database."""
    return "".join(f", {key}={value!r}" for key, value in constraint.dialect_kwargs.items() if value)

"""What PostgreSQL does without blocking others, outside a transaction."""

from beastmode.db.migrations.autogenerate.code import OnlineOp, name_sql, on_postgresql, outside, statement


def validation(table: str, schema: str | None, names: list[str]) -> OnlineOp:
    """Validates constraints that were added without checking existing rows.

    Args:
        table: The table.
        schema: The schema of the table, if not the default.
        names: The names of the constraints.
    """
    lines = [statement(f"ALTER TABLE {name_sql(table, schema)} VALIDATE CONSTRAINT {name_sql(name)}") for name in names]
    return OnlineOp("validate", ", ".join(names), on_postgresql(*outside(*lines)), [])

"""What PostgreSQL does beside the work of everybody else, and only outside of a transaction."""

from beastmode.db.migrations.autogenerate.code import OnlineOp, name_sql, on_postgresql, outside, statement

__all__ = ["validation"]


def validation(table: str, schema: str | None, names: list[str]) -> OnlineOp:
    """Holds the rows that are there against constraints that were added without looking at them.

    Args:
        table: The table.
        schema: The table's, where it is not the default.
        names: Of the constraints.
    """
    lines = [statement(f"ALTER TABLE {name_sql(table, schema)} VALIDATE CONSTRAINT {name_sql(name)}") for name in names]
    return OnlineOp("validate", ", ".join(names), on_postgresql(*outside(*lines)), [])

"""What PostgreSQL does beside the work of everybody else, and only outside of a transaction."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

from beastmode.db.autogenerate.enum_types import POSTGRESQL

__all__ = ["ON_POSTGRESQL", "OnlineOp", "ValidateOp", "table_sql"]

ON_POSTGRESQL = 'if op.get_context().dialect.name == "postgresql":'
OUTSIDE = "with op.get_context().autocommit_block():"


class OnlineOp(MigrateOperation):
    """Something that goes into a revision of its own, since it cannot be rolled back."""


class ValidateOp(OnlineOp):
    """Holds the rows that are there against constraints that were added without looking at them."""

    def __init__(self, table: str, schema: str | None, names: tuple[str, ...]) -> None:
        self.table = table
        self.schema = schema
        self.names = names

    def reverse(self) -> "ValidateOp":
        """Nothing has to be undone."""
        return ValidateOp(self.table, self.schema, ())

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return ("validate", self.table, self.names)


@renderers.dispatch_for(ValidateOp)
def render_validate(_context: AutogenContext, operation: ValidateOp) -> list[str]:
    """One statement for each constraint."""
    if not operation.names:
        return []
    table = table_sql(operation.table, operation.schema)
    quote = POSTGRESQL.identifier_preparer.quote
    statements = [f"ALTER TABLE {table} VALIDATE CONSTRAINT {quote(name)}" for name in operation.names]
    return [ON_POSTGRESQL, OUTSIDE, *(f"op.execute({statement!r})" for statement in statements), "", ""]


def table_sql(table: str, schema: str | None) -> str:
    """A table's name as SQL says it."""
    quote = POSTGRESQL.identifier_preparer.quote
    return ".".join(quote(part) for part in (schema, table) if part)

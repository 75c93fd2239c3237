"""Lines of a revision that no operation of Alembic's says."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

from beastmode.db.migrations.autogenerate.enum_types import POSTGRESQL
from beastmode.db.migrations.autogenerate.expressions import in_text

__all__ = ["OUTSIDE", "CodeOp", "LastOp", "OnlineOp", "name_sql", "on_postgresql", "outside", "statement"]

OUTSIDE = "with op.get_context().autocommit_block():"


class CodeOp(MigrateOperation):
    """Lines for the way up and for the way back."""

    def __init__(self, kind: str, about: str, up: list[str], down: list[str]) -> None:
        self.kind = kind
        self.about = about
        self.up = up
        self.down = down

    def reverse(self) -> "CodeOp":
        """The way back."""
        return type(self)(self.kind, self.about, self.down, self.up)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return (self.kind, self.about)


class OnlineOp(CodeOp):
    """Lines for a revision of its own, since they cannot be rolled back."""


class LastOp(CodeOp):
    """Lines that run outside of a transaction at the end of the revision, since no row can be in their way."""


@renderers.dispatch_for(CodeOp)
def render(_context: AutogenContext, operation: CodeOp) -> list[str]:
    """The lines; an empty one ends a block."""
    return operation.up


def statement(sql: str) -> str:
    """A line that sends SQL."""
    return f"op.execute({in_text(sql)!r})"


def on_postgresql(*lines: str) -> list[str]:
    """Lines that only PostgreSQL understands."""
    return ['if op.get_context().dialect.name == "postgresql":', *lines, ""] if lines else []


def outside(*lines: str) -> list[str]:
    """Lines that run outside of a transaction."""
    return [OUTSIDE, *lines, ""] if lines else []


def name_sql(name: str, schema: str | None = None) -> str:
    """A name as PostgreSQL's SQL says it."""
    quote = POSTGRESQL.identifier_preparer.quote
    return ".".join(quote(part) for part in (schema, name) if part)

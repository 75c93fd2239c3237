"""Lines of a revision for which Alembic has no operation."""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

from beastmode.db.migrations.autogenerate.enum_types import POSTGRESQL
from beastmode.db.migrations.autogenerate.expressions import in_text

_OUTSIDE = "with op.get_context().autocommit_block():"


class CodeOp(MigrateOperation):
    """Lines for the upgrade and for the downgrade."""

    def __init__(self, kind: str, about: str, up: list[str], down: list[str]) -> None:
        self.kind = kind
        self.about = about
        self.up = up
        self.down = down

    def reverse(self) -> "CodeOp":
        """The reverse operation."""
        return type(self)(self.kind, self.about, self.down, self.up)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """As `flask db check` prints it."""
        return (self.kind, self.about)


class OnlineOp(CodeOp):
    """Lines for a separate revision, because they cannot be rolled back."""


class LastOp(CodeOp):
    """Lines that run outside a transaction at the end of the revision, because no row can make them fail."""


@renderers.dispatch_for(CodeOp)
def render(_context: AutogenContext, operation: CodeOp) -> list[str]:
    """The lines; an empty line ends a block."""
    return operation.up


def statement(sql: str) -> str:
    """A line that executes SQL."""
    return f"op.execute({in_text(sql)!r})"


def on_postgresql(*lines: str) -> list[str]:
    """Lines that only PostgreSQL understands."""
    return ['if op.get_context().dialect.name == "postgresql":', *lines, ""] if lines else []


def outside(*lines: str) -> list[str]:
    """Lines that run outside a transaction."""
    return [_OUTSIDE, *lines, ""] if lines else []


def name_sql(name: str, schema: str | None = None) -> str:
    """A name, quoted for PostgreSQL."""
    quote = POSTGRESQL.identifier_preparer.quote
    return ".".join(quote(part) for part in (schema, name) if part)

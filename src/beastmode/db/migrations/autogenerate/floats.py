"""Floating-point types with different names that are the same."""

from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import REAL, Double, Float
from sqlalchemy.types import TypeEngine

_MOST_OF_SINGLE = 24
"""FLOAT(n) up to this number of binary digits is REAL on PostgreSQL; above it, or without n, DOUBLE PRECISION."""


def is_other_type(
    context: MigrationContext, _reflected: object, _column: object, found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """Whether the type of a column differs from its model, in cases where Alembic's comparison by name would be wrong.

    `Mapped[float]` is FLOAT with SQLAlchemy 2.0 and DOUBLE with 2.1, so a project that only changes the version would
    get a migration; PostgreSQL shows FLOAT(24) as REAL.

    Args:
        context: The migration context.
        found: The type in the database.
        wanted: The type in the model.

    Returns:
        None if Alembic should decide.
    """
    if not isinstance(found, Float) or not isinstance(wanted, Float):
        return None
    if context.dialect.name == "sqlite":  # which does not tell the n of FLOAT(n)
        return isinstance(found, REAL) != isinstance(wanted, REAL)
    return _is_single(found) != _is_single(wanted)


def _is_single(kind: Float[Any]) -> bool:
    """Whether a type has four bytes, rather than eight."""
    if isinstance(kind, REAL):
        return True
    return not isinstance(kind, Double) and kind.precision is not None and kind.precision <= _MOST_OF_SINGLE

"""Floating-point types that are written differently and are the same."""

from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import REAL, Double, Float
from sqlalchemy.types import TypeEngine

__all__ = ["is_other_type"]

MOST_OF_SINGLE = 24
"""Binary digits up to which FLOAT(n) is REAL on PostgreSQL; from 25 on it is DOUBLE PRECISION, as without a number."""


def is_other_type(
    context: MigrationContext, _reflected: object, _column: object, found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """Whether a column has another type than its model, where Alembic, which compares names, would be wrong.

    `Mapped[float]` is FLOAT under SQLAlchemy 2.0 and DOUBLE under 2.1, so that a project which changes nothing but the
    version would get a migration; PostgreSQL shows FLOAT(24) as REAL.

    Args:
        context: Whose database it is.
        found: The type in the database.
        wanted: The model's.

    Returns:
        None where Alembic may say.
    """
    if not isinstance(found, Float) or not isinstance(wanted, Float):
        return None
    if context.dialect.name == "sqlite":  # which does not tell the n of FLOAT(n)
        return isinstance(found, REAL) != isinstance(wanted, REAL)
    return is_single(found) != is_single(wanted)


def is_single(kind: Float[Any]) -> bool:
    """Whether a type has four bytes, rather than eight."""
    if isinstance(kind, REAL):
        return True
    return not isinstance(kind, Double) and kind.precision is not None and kind.precision <= MOST_OF_SINGLE

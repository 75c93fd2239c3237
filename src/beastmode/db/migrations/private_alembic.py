"""Access to what is private in Alembic."""

from typing import Any

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp, MigrationScript
from alembic.util import sqla_compat
from sqlalchemy import CheckConstraint, Dialect

__all__ = [
    "RELIES_ON",
    "final_name",
    "mark_for_rendering",
    "rendered_alteration",
    "set_way_back",
    "way_back_of",
]

RELIES_ON: tuple[tuple[Any, str], ...] = (
    (render, "_alter_column"),
    (sqla_compat, "_get_constraint_final_name"),
    (DropColumnOp, "_reverse"),
    (DropTableOp, "_reverse"),
    (MigrationScript, "_needs_render"),
)
"""Every private name that this module uses, with its owner."""


def rendered_alteration(context: AutogenContext, operation: AlterColumnOp) -> str:
    """Alembic's code for a column change; the public renderer is chosen by class, and would choose ours.

    Args:
        context: Alembic's.
        operation: The change.
    """
    return render._alter_column(context, operation)


def way_back_of(drop: DropColumnOp) -> Any:
    """The operation that adds a dropped column again, or None; the public `reverse()` returns a copy.

    Args:
        drop: The operation.
    """
    return drop._reverse


def set_way_back(drop: DropColumnOp | DropTableOp, made: Any) -> None:
    """Set the operation that undoes a drop; only the constructor accepts it, also as a private argument.

    Args:
        drop: The operation.
        made: What undoes it.
    """
    drop._reverse = made


def mark_for_rendering(script: MigrationScript) -> None:
    """Make Alembic write a second revision in one command; it renders only the first by itself.

    Args:
        script: The second revision.
    """
    script._needs_render = True


def final_name(check: CheckConstraint, dialect: Dialect) -> str | None:
    """The name of a constraint in the database: the naming convention applied, and truncated to the database's limit.

    Args:
        check: The constraint.
        dialect: The database's.
    """
    return sqla_compat._get_constraint_final_name(check, dialect)

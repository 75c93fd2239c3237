"""`INSERT ... ON CONFLICT`, which SQLAlchemy has for each database by itself."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["INSERTS"]

INSERTS: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
"""What makes such a statement for a model, by the name of the dialect."""

"""`INSERT ... ON CONFLICT`, which SQLAlchemy implements separately for each database."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

INSERTS: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
"""The function that creates such a statement for a model, by the name of the dialect."""

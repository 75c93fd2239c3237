"""The database: models, sessions and transactions."""

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from beastmode.core.events import after_commit, before_commit
from beastmode.db.base import Base, UtcDateTime
from beastmode.db.database import Database, current_database
from beastmode.db.settings import DatabaseSettings
from beastmode.db.transactions import transaction

__all__ = [
    "Base",
    "Database",
    "DatabaseSettings",
    "UtcDateTime",
    "after_commit",
    "before_commit",
    "current_database",
    "transaction",
]

_MOVED = frozenset({"Dumped", "Loading", "loading"})
"""Names that are now in `beastmode.query`."""

if not TYPE_CHECKING:  # or mypy would believe in any name

    def __getattr__(name: str) -> Any:
        # By name and on demand, because this package is below the one that has them.
        if name not in _MOVED:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        message = f"beastmode.db.{name} is deprecated; import {name} from beastmode.query."
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return getattr(import_module("beastmode.query"), name)

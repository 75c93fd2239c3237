"""The database: models, sessions, transactions and loadings."""

from beastmode.core.events import after_commit
from beastmode.db.base import Base, UtcDateTime
from beastmode.db.database import Database, current_database
from beastmode.db.loading import Loading, loading
from beastmode.db.settings import DatabaseSettings
from beastmode.db.shown import Dumped
from beastmode.db.transactions import transaction

__all__ = [
    "Base",
    "Database",
    "DatabaseSettings",
    "Dumped",
    "Loading",
    "UtcDateTime",
    "after_commit",
    "current_database",
    "loading",
    "transaction",
]

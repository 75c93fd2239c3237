from beastmode.db.base import Base, UtcDateTime
from beastmode.db.database import Database, current_database
from beastmode.db.transactions import transaction

__all__ = ["Base", "Database", "UtcDateTime", "current_database", "transaction"]

from beastmode_tools.guard.migrations.read.changes import (
    Histories,
    changes_by,
    new_operations,
    read_changes,
    surroundings_of,
)
from beastmode_tools.guard.migrations.read.folder import read_history
from beastmode_tools.guard.migrations.read.source import read_operations, read_source

__all__ = [
    "Histories",
    "changes_by",
    "new_operations",
    "read_changes",
    "read_history",
    "read_operations",
    "read_source",
    "surroundings_of",
]

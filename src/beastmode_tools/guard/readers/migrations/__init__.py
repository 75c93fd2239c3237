from beastmode_tools.guard.readers.migrations.changes import read_changes, surroundings_of
from beastmode_tools.guard.readers.migrations.folder import read_history
from beastmode_tools.guard.readers.migrations.source import read_operations, read_source

__all__ = ["read_changes", "read_history", "read_operations", "read_source", "surroundings_of"]

"""For a project's migrations/env.py, and to check whether a database is migrated."""

from beastmode.db.migrations.copies import has_autoincrement
from beastmode.db.migrations.env import at_head, known_revisions, migration_options, run

__all__ = ["at_head", "has_autoincrement", "known_revisions", "migration_options", "run"]

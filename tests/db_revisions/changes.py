"""Changes of models: what stood in the project, and what stands there afterwards.

Each uses classes, tables and types that no other one does, so that all of them can be made in one project at once.
"""

from change import Change
from changed_columns import COLUMNS, DEFAULTS, TYPES
from changed_constraints import CONSTRAINTS, INDEXES
from changed_tables import NEW_TABLES, TABLES

__all__ = ["CHANGES", "Change", "models_of"]

CHANGES = (*NEW_TABLES, *COLUMNS, *DEFAULTS, *TYPES, *CONSTRAINTS, *INDEXES, *TABLES)


def models_of(side, kind, changes=CHANGES):
    """The text of all models before or after the changes that a kind of database can have."""
    return "\n".join(getattr(each, side) for each in changes if kind in each.on)

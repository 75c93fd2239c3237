"""All rules about old and new code on the old and the new schema."""

from beastmode_tools.guard.mixed.rules import (
    drops,
    mixed_versions,
    queries,
)

__all__ = ["RULES"]

RULES = (
    *mixed_versions.RULES,
    *drops.RULES,
    *queries.RULES,
)

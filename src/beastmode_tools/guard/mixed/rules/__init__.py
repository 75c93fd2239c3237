"""All rules about old and new code on the old and the new schema."""

from beastmode_tools.guard.mixed.rules import (
    drops,
    matrix,
    queries,
)

__all__ = ["RULES"]

RULES = (
    *matrix.RULES,
    *drops.RULES,
    *queries.RULES,
)

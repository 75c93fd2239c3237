"""All rules about what migrations do."""

from beastmode_tools.guard.migrations.rules import (
    cached_plans,
    columns,
    constraints,
    data,
    downgrades,
    enums,
    harmless,
    history,
    indexes,
    objects,
    proved,
    sources,
    squawk,
    tables,
    types,
)

__all__ = ["RULES"]

RULES = (
    *history.RULES,
    *harmless.RULES,
    *tables.RULES,
    *columns.RULES,
    *types.RULES,
    *cached_plans.RULES,
    *constraints.RULES,
    *indexes.RULES,
    *enums.RULES,
    *objects.RULES,
    *data.RULES,
    *sources.RULES,
    *downgrades.RULES,
    *squawk.RULES,
    *proved.RULES,
)

"""All rules about the code of a project."""

from beastmode_tools.guard.code.rules import (
    access,
    behaviour,
    definitions,
    fields,
    kinds,
    limits,
    protection,
    routes,
    security,
    tests_of_project,
)

__all__ = ["RULES"]

RULES = (
    *behaviour.RULES,
    *definitions.RULES,
    *kinds.RULES,
    *fields.RULES,
    *routes.RULES,
    *access.RULES,
    *limits.RULES,
    *protection.RULES,
    *security.RULES,
    *tests_of_project.RULES,
)

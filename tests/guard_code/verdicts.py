"""What the rules on code say about two sets of files, without starting anything."""

from beastmode_tools.guard.compare.code import compare, delta_of_files
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules import (
    access,
    code,
    dependencies,
    fields,
    kinds,
    limits,
    protection,
    routes,
    security,
    settings,
    tests_of_project,
)

FILES_OF_RULES = (
    access,
    code,
    dependencies,
    fields,
    kinds,
    limits,
    protection,
    routes,
    security,
    settings,
    tests_of_project,
)
RULES = tuple(rule for module in FILES_OF_RULES for rule in module.RULES)


def found(old, new, core=()):
    """The findings."""
    return list(judge(RULES, compare(delta_of_files(old, new, core))))


def told(old, new, core=()):
    """The findings as (rule, verdict)."""
    return {(each.rule, each.verdict.name) for each in found(old, new, core)}

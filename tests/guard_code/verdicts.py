"""What the rules on code say about two sets of files, without starting anything."""

from beastmode_tools.guard.code import rules as code
from beastmode_tools.guard.dependencies import rules as dependencies
from beastmode_tools.guard.files import compare, delta_of_files
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.settings import rules as settings

RULES = (*code.RULES, *dependencies.RULES, *settings.RULES)


def found(old, new, core=()):
    """The findings."""
    return list(judge(RULES, compare(delta_of_files(old, new, core))))


def told(old, new, core=()):
    """The findings as (rule, verdict)."""
    return {(each.rule, each.verdict.name) for each in found(old, new, core)}


def said(old, new):
    """The findings as rules and the labels of their messages, each once: "route-removed" or "route-removed: method"."""
    findings = found(old, new)
    return [*{each.rule for each in findings}, *(f"{each.rule}: {each.message}" for each in findings if each.message)]

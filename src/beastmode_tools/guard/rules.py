"""Every rule of the guard, by subject; one that a subject does not list is found by a test."""

from beastmode_tools.guard.acceptances import rules as acceptances
from beastmode_tools.guard.anonymous import rules as anonymous
from beastmode_tools.guard.application import rules as application
from beastmode_tools.guard.code import rules as code
from beastmode_tools.guard.contract import rules as contract
from beastmode_tools.guard.debt import rules as debt
from beastmode_tools.guard.dependencies import rules as dependencies
from beastmode_tools.guard.migrations import rules as migrations
from beastmode_tools.guard.mixed import rules as mixed
from beastmode_tools.guard.rule import Rule
from beastmode_tools.guard.settings import rules as settings

__all__ = ["RULES"]

RULES: tuple[Rule, ...] = (
    *application.RULES,
    *contract.RULES,
    *migrations.RULES,
    *mixed.RULES,
    *anonymous.RULES,
    *code.RULES,
    *settings.RULES,
    *dependencies.RULES,
    *debt.RULES,
    *acceptances.RULES,
)

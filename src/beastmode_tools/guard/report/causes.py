"""Which findings come from one cause: what one revision does to one table, and everything that follows from it."""

import re
from collections.abc import Iterable
from dataclasses import replace

from beastmode_tools.guard.finding import Finding, Verdict
from beastmode_tools.source.files import is_migration

__all__ = ["by_cause", "with_causes"]

OPERATION = re.compile(r"^(?:\w+ )+?(?P<table>\w+)(?:\.(?P<column>\w+))?(?=$|[ (,])")
"""How an operation is written: `drop_column orders.total`, `add_column orders.total INTEGER`."""
SEEN = re.compile(r"^\S+ (?:loses|rewrites|locks|leaves rows in) (?:rows of )?(?P<table>\w+)(?:\.(?P<column>\w+))?$")
"""How what one revision did is written: `b2 loses orders.total`."""
WITHOUT = re.compile(r" without (\w+(?:, \w+)*)$")
FOLLOWS = frozenset(
    (
        "column-dropped",
        "dropped-in-use",
        "dropped-out-of-use",
        "new-code-fails-on-new-schema",
        "new-code-fails-on-old-schema",
        "old-code-fails-on-new-schema",
        "old-code-answers-differently",
        "table-dropped",
    )
)
"""Rules on what old and new code do with what a revision changes."""


WHOLE = frozenset(("migration-not-proved", "downgrade-missing", "migration-reversible", "revision-empty"))
"""Rules on a revision as a whole, whose subjects begin with its id."""


def with_causes(findings: Iterable[Finding]) -> list[Finding]:
    """The findings, those that one revision's change of one table brings about with the same cause."""
    every = list(findings)
    tables: dict[str, str] = {}
    columns: dict[str, str] = {}
    for finding in every:
        if match := operation_of(finding):
            cause = f"{finding.path} {match['table']}"
            tables.setdefault(match["table"], cause)
            if match["column"]:
                columns.setdefault(match["column"], cause)
    told = [replace(each, cause=cause_of(each, tables, columns)) for each in every]
    answers = {each.where: each.cause for each in told if each.rule == "response-changed" and each.cause}
    return [replace(each, cause=answers[each.where]) if is_answer(each, answers) else each for each in told]


def is_answer(finding: Finding, answers: dict[str, str]) -> bool:
    """Whether it is about the answer of a function of which another one says that it lacks what was taken away."""
    return finding.rule == "behavior-changed" and finding.verdict is Verdict.CAUTIOUS and finding.where in answers


def operation_of(finding: Finding) -> re.Match[str] | None:
    """The table that a finding about a revision is about."""
    if finding.verdict is Verdict.SAFE or not is_migration(finding.path) or finding.rule in WHOLE:
        return None
    return SEEN.match(finding.subject) or OPERATION.match(finding.subject)


def cause_of(finding: Finding, tables: dict[str, str], columns: dict[str, str]) -> str:
    """The cause of one finding; "" where it is one by itself."""
    if match := operation_of(finding):
        return f"{finding.path} {match['table']}"
    words = re.findall(r"\w+", finding.subject)
    if finding.rule in FOLLOWS:
        return next((tables[word] for word in words if word in tables), "")
    if finding.rule == "response-changed" and (match := WITHOUT.search(finding.problem)):
        causes = {columns.get(name, "") for name in match[1].split(", ")}
        return causes.pop() if len(causes) == 1 else ""
    if finding.rule.startswith(("response-", "request-", "field-")) and words:
        return columns.get(words[-1], "")
    return ""


def by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """The findings, those of one cause together, worst first and then in the order of their first ones."""
    together: dict[object, list[Finding]] = {}
    for finding in findings:
        together.setdefault(finding.cause or id(finding), []).append(finding)
    groups = [sorted(group, key=lambda each: -each.verdict) for group in together.values()]
    return sorted(groups, key=lambda group: -group[0].verdict)

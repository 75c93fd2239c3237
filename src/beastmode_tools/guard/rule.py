"""A rule: one function from a change to what it means."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.source.digest import difference_of

__all__ = ["Found", "Rule", "judge", "rule"]


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule says about a change; `Finding` without what the rule itself knows.

    Args:
        where: File and line, or the operation of the API and the place in it.
        problem: One sentence: what changes, for whom.
        instead: What to do instead.
        subject: What it is about, in words that stay when lines move.
        evidence: What was read or what was seen, as a detail for a person: the line, the SQL error, the answer.
        proved: Whether the evidence comes from running.
        verdict: Where it differs from the rule's own.
        is_of_base: It was true of the base side as well.
    """

    where: str
    problem: str
    instead: str
    subject: str
    evidence: str = ""
    proved: bool = False
    verdict: Verdict | None = None
    is_of_base: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A named question about one kind of change.

    Args:
        name: A kebab-case sentence; `pages/NAME.md` explains it.
        verdict: What it says where the finding says nothing else.
        on: The types of change that it looks at.
        judge: From one change to what is found in it.
    """

    name: str
    verdict: Verdict
    on: tuple[type, ...]
    judge: Callable[[Any], Iterable[Found]]


def rule(name: str, verdict: Verdict, *on: type) -> Callable[[Callable[[Any], Iterable[Found]]], Rule]:
    """Makes a rule of a function; it registers nothing, the list at the end of the file does."""
    return lambda function: Rule(name, verdict, on, function)


def judge(rules: Sequence[Rule], changes: Iterable[Any]) -> Iterator[Finding]:
    """What the rules find in the changes, in the order of the changes."""
    by_type: dict[type, list[Rule]] = defaultdict(list)
    for each in rules:
        for kind in each.on:
            by_type[kind].append(each)
    for change in changes:
        for each in by_type[type(change)]:
            for found in each.judge(change):
                yield as_finding(each, found, difference_of(change))


def as_finding(rule: Rule, found: Found, difference: str) -> Finding:
    """What was found, with what its rule knows, and what exactly differs."""
    return Finding(
        rule=rule.name,
        verdict=rule.verdict if found.verdict is None else found.verdict,
        where=found.where,
        problem=found.problem,
        evidence=Evidence("proved" if found.proved else "read", found.evidence or found.problem),
        instead=found.instead,
        subject=found.subject,
        difference=difference,
        is_of_base=found.is_of_base,
    )

"""A rule: from a change to what it means. What it says of it stands on its page."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.guard.page import filled, head_of
from beastmode_tools.guard.wording import readable
from beastmode_tools.source.digest import difference_of

__all__ = ["Match", "Rule", "Text", "judge", "row", "rule", "text_of"]

Text = str | Callable[[Any], object]
"""A text with `{fields}`, or a function of the change."""


@dataclass(frozen=True, slots=True)
class Match:
    """A change that a rule is about, without words: those stand in the head of the rule's page.

    Args:
        where: File and line, or the operation of the API and the place in it.
        subject: What it is about, in words that stay when lines move.
        fields: For the `{fields}` of the message; others are read from the change itself.
        message: The label of the message on the page; "" where the rule has one only.
        evidence: What was read or what was seen, as a detail for a person: the line, the SQL error, the response.
        proved: Whether the evidence comes from running.
        verdict: Where it differs from the rule's own.
        is_of_base: It was true of the base side as well.
    """

    where: str
    subject: str
    fields: Mapping[str, object] = field(default_factory=dict)
    message: str = ""
    evidence: str = ""
    proved: bool = False
    verdict: Verdict | None = None
    is_of_base: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A named question about one kind of change; several may have one name, if each has a message of its own.

    Args:
        name: A kebab-case sentence; `pages/NAME.md` explains it, and holds its verdict and its words.
        on: The types of change that it looks at.
        judge: From one change to what is found in it.
        message: The label of the only message that it gives; None for a function, which may give any of its page.
        given: The fields that it computes for the message.
    """

    name: str
    on: tuple[type, ...]
    judge: Callable[[Any], Iterable[Match]]
    message: str | None = None
    given: frozenset[str] = frozenset()

    @property
    def verdict(self) -> Verdict:
        """What it says where the finding says nothing else."""
        return head_of(self.name).verdict


def row(  # noqa: PLR0913 - a row has as many columns as it has
    name: str,
    on: type | tuple[type, ...],
    when: Callable[[Any], bool],
    /,
    *,
    where: Text,
    subject: Text,
    message: str = "",
    evidence: Text = "",
    verdict: Verdict | Callable[[Any], Verdict | None] | None = None,
    fields: Mapping[str, Text] = MappingProxyType({}),
) -> Rule:
    """A rule that is a condition: where it holds, the page has the words.

    Args:
        name: Of the page.
        on: The types of change.
        when: Whether it is found in a change.
        where: File and line, or the operation of the API and the place in it.
        subject: What it is about, in words that stay when lines move.
        message: The label of its message on the page.
        evidence: What was read, if it is more than what the message says.
        verdict: Where it differs from the page's; None for the page's own.
        fields: For the `{fields}` of the message that the change has not itself.
    """

    def matches(change: Any) -> Iterator[Match]:
        if when(change):
            values = {key: each(change) if callable(each) else text_of(each, change) for key, each in fields.items()}
            place, about, seen = (text_of(each, change) for each in (where, subject, evidence))
            judged = verdict(change) if callable(verdict) else verdict
            yield Match(place, about, values, message, seen, verdict=judged)

    return Rule(name, on if isinstance(on, tuple) else (on,), matches, message, frozenset(fields))


def text_of(given: Text, change: Any) -> str:
    """A text about a change."""
    return str(given(change)) if callable(given) else filled(given, lambda field: getattr(change, field))


def rule(name: str, *on: type) -> Callable[[Callable[[Any], Iterable[Match]]], Rule]:
    """Makes a rule of a function; it registers nothing, the list at the end of the file does.

    Args:
        name: Of the page.
        on: The types of change.
    """
    return lambda function: Rule(name, on, function)


def judge(rules: Sequence[Rule], changes: Iterable[Any]) -> Iterator[Finding]:
    """What the rules find in the changes, in the order of the changes."""
    by_type: dict[type, list[Rule]] = defaultdict(list)
    for each in rules:
        for kind in each.on:
            by_type[kind].append(each)
    for change in changes:
        for each in by_type[type(change)]:
            for match in each.judge(change):
                yield as_finding(each, match, change)


def as_finding(rule: Rule, match: Match, change: object) -> Finding:
    """What was found, in the words of the rule's page, and what exactly differs."""
    message = head_of(rule.name).message(match.message)

    def value(field: str) -> object:
        if field not in match.fields and not hasattr(change, field):
            raise ValueError(f"{rule.name}.md has the field {{{field}}}, which its rule does not give")
        given = match.fields[field] if field in match.fields else getattr(change, field)
        return "none" if given is None else given

    problem = readable(filled(message.text, value))
    return Finding(
        rule=rule.name,
        verdict=rule.verdict if match.verdict is None else match.verdict,
        where=match.where,
        problem=problem,
        evidence=Evidence("proved" if match.proved else "read", readable(match.evidence) or problem),
        instead=readable(filled(message.instead, value)),
        subject=match.subject,
        difference=difference_of(change),
        is_of_base=match.is_of_base,
        message=match.message,
    )

"""A rule of operations as a row: on which operation, under which condition; its page has the words."""

from collections.abc import Callable, Iterator
from typing import Any

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.rules.finding import found
from beastmode_tools.guard.rule import Match, Rule, Text, text_of

__all__ = ["harmless", "row"]

Condition = Callable[[Any], bool]


def row(
    name: str,
    on: type | tuple[type, ...],
    when: Condition,
    /,
    *,
    message: str = "",
    verdict: Verdict | Callable[[Any], Verdict | None] | None = None,
    **fields: Text,
) -> Rule:
    """A rule that is found at the place of an operation.

    Args:
        name: Of the page.
        on: The types of operation.
        when: Whether it is found in an operation.
        message: The label of its message on the page, where that has several.
        verdict: Where it differs from the page's.
        fields: For the `{fields}` of the message, besides those of the operation.
    """

    def matches(op: Any) -> Iterator[Match]:
        if when(op):
            values = {key: each(op) if callable(each) else text_of(each, op) for key, each in fields.items()}
            judged = verdict(op) if callable(verdict) else verdict
            yield found(op, message, verdict=judged, **values)

    return Rule(name, on if isinstance(on, tuple) else (on,), matches, message, frozenset(fields))


def harmless(message: str, on: type | tuple[type, ...], when: Condition, /, **fields: Text) -> Rule:
    """An operation about which nothing has to be done; all of them stand on one page."""
    return row("harmless-operation", on, when, message=message, verdict=None, **fields)

"""A rule of contracts as a row: on which change, under which condition; its page has the words."""

from collections.abc import Callable
from typing import Any

from beastmode_tools.guard import rule
from beastmode_tools.guard.rule import Rule, Text, text_of

__all__ = ["harmless", "row"]

Condition = Callable[[Any], bool]
NAMES: dict[str, Text] = {"name": lambda change: change.site.name, "operation": lambda change: change.site.operation}
"""What the message of any rule of contracts may show."""


def row(
    name: str, on: type | tuple[type, ...], when: Condition, /, *, detail: Text = "", message: str = "", **fields: Text
) -> Rule:
    """A rule that is found at the place of a change.

    Args:
        name: Of the page.
        on: The types of change.
        when: Whether it is found in a change.
        detail: What tells it from other findings of the same rule at the same place.
        message: The label of its message on the page, where that has several.
        fields: For the `{fields}` of the message, besides those of the change, `{name}` and `{operation}`.
    """
    return rule.row(
        name,
        on,
        when,
        where=lambda change: change.site.where or "the document",
        subject=lambda change: f"{change.site.subject} {text_of(detail, change)}".strip(),
        message=message,
        fields=NAMES | fields,
    )


def harmless(
    message: str, on: type | tuple[type, ...], when: Condition, /, *, detail: Text = "", **fields: Text
) -> Rule:
    """A change that breaks no client, and about which nothing has to be done; all of them stand on one page."""
    return row("harmless-contract-change", on, when, detail=detail, message=message, **fields)

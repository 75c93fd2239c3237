"""A rule on code as a row: on which change, under which condition; its page has the words."""

from collections.abc import Callable
from typing import Any

from beastmode_tools.guard import rule
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Rule, Text
from beastmode_tools.guard.wording import first_few
from beastmode_tools.guard.wording import where as line_of

__all__ = ["harmless", "row", "via"]

Condition = Callable[[Any], bool]


def via(entries: tuple[str, ...]) -> str:
    """From where the code is reached, as the end of a sentence."""
    return f", reached by {first_few(entries, 2)}" if entries else ""


def row(  # noqa: PLR0913 - a row has as many columns as it has
    name: str,
    on: type | tuple[type, ...],
    when: Condition,
    /,
    *,
    where: Text = line_of,
    subject: Text = "{path} {name}",
    message: str = "",
    evidence: Text = "",
    verdict: Verdict | Callable[[Any], Verdict | None] | None = None,
    **fields: Text,
) -> Rule:
    """A rule that is found in a line of a file.

    Args:
        name: Of the page.
        on: The types of change.
        when: Whether it is found in a change.
        where: File and line.
        subject: What it is about, in words that stay when lines move.
        message: The label of its message on the page, where that has several.
        evidence: What was read, if it is more than what the message says.
        verdict: Where it differs from the page's.
        fields: For the `{fields}` of the message that the change has not itself.
    """
    return rule.row(
        name,
        on,
        when,
        where=where,
        subject=subject,
        message=message,
        evidence=evidence,
        verdict=verdict,
        fields=fields,
    )


def harmless(
    message: str, on: type | tuple[type, ...], when: Condition, /, *, subject: Text = "{path} {name}", **options: Any
) -> Rule:
    """A change to the code about which nothing has to be done; all of them stand on one page."""
    return row("harmless-code-change", on, when, subject=subject, message=message, **options)

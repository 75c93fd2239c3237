"""What has to be true before a box is ticked, written as a person writes it and run by the harness."""

import re
from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun

__all__ = ["Condition", "parse_condition"]

METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS"
FORMS: dict[str, tuple[str, str]] = {
    "route": (rf"({METHODS}) (/\S*) (\d{{3}})", "route METHOD PATH STATUS, such as `route GET /api/v1/orders 401`"),
    "field": (r"(\w+)\.(\w+)", "field SCHEMA.FIELD, such as `field Order.total`"),
    "column": (r"(\w+)\.(\w+)", "column TABLE.COLUMN, such as `column orders.total`"),
    "test": (r"([\w./-]+\.py(?:::[\w\[\]:-]+)*)", "test FILE or test FILE::NAME, such as `test tests/test_orders.py`"),
    "verdict": (r"(SAFE|CAUTIOUS)", "verdict SAFE or verdict CAUTIOUS"),
    "migration": (r"(proved)", "migration proved"),
    "read": (r"(https?://\S+)", "read URL"),
}
"""The first word of a condition, what follows it, and how to write it."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    Args:
        kind: A key of FORMS.
        words: What follows it.
    """

    kind: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.kind} {('.' if self.kind in ('field', 'column') else ' ').join(self.words)}"


def parse_condition(text: str) -> Condition:
    """The condition that a text says.

    Raises:
        CouldNotRun: It says none; the message shows how each is written.
    """
    kind, _, rest = text.strip().partition(" ")
    if kind in FORMS and (found := re.fullmatch(FORMS[kind][0], rest.strip())):
        return Condition(kind, found.groups())
    forms = "; ".join(form for _, form in FORMS.values())
    hint = FORMS[kind][1] if kind in FORMS else forms
    raise CouldNotRun(f"{text!r} is not a condition. Write {hint}.")

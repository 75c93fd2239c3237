"""What a run says while it works: a line before and after each step for a person, or events for a program."""

import json
from dataclasses import dataclass
from typing import Any

from beastmode_tools.terminal import complain, plain, say

__all__ = ["Talk"]

LONGEST_LINE = 300
"""Characters: three lines of a terminal; the receipt has the rest."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Says what happens.

    Args:
        as_json: One event a line on standard output; otherwise sentences on standard error.
        quiet: Nothing at all.
    """

    as_json: bool = False
    quiet: bool = False

    def __call__(self, event: str, text: str, **facts: Any) -> None:
        """Says one thing.

        Args:
            event: Its kind, for programs.
            text: A sentence, for people.
            facts: Everything else about it, as JSON.
        """
        if self.quiet:
            return
        if self.as_json:
            say(json.dumps({"event": event, "text": text, **facts}, default=str))
        else:
            complain(plain(text[:LONGEST_LINE], keep="\n"))

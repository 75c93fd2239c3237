"""What differs between the two texts of a file, line by line."""

import re
from typing import Literal

from beastmode_tools.source.sides import FileChange

__all__ = ["first_difference", "how_changed", "significant"]

COMMENTS = re.compile(r"^\s*(?:#|//|;|--|\{#.*#\}\s*$|<!--.*-->\s*$)")


def how_changed(change: FileChange) -> Literal["added", "changed", "removed"]:
    """Whether it is new, gone, or neither."""
    if change.old is None:
        return "added"
    return "removed" if change.new is None else "changed"


def first_difference(old: str, new: str) -> int:
    """The first line of the new text that differs."""
    before, after = old.splitlines(), new.splitlines()
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if one != other:
            return number
    return min(len(before), len(after)) + (1 if len(after) > len(before) else 0) or 1


def significant(text: str) -> list[str]:
    """The lines that are no comment."""
    return [line.rstrip() for line in text.splitlines() if line.strip() and not COMMENTS.match(line)]

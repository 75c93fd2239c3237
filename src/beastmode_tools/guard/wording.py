"""Many things in a few words: how messages and evidence show lists."""

from collections.abc import Sequence
from typing import Protocol

__all__ = ["UNKNOWN", "Placed", "first_few", "gone_and_new", "readable", "sentence", "where"]

UNKNOWN = "__unknown__"
"""Stands in a text for a part that reading the source did not give."""


class Placed(Protocol):
    """A change that stands in a line of a file."""

    @property
    def path(self) -> str:
        """The file, relative to the project's folder."""

    @property
    def line(self) -> int:
        """Counted from 1."""


def readable(text: str) -> str:
    """A text for a person, with an ellipsis where a part is not known."""
    return text.replace(f"'{UNKNOWN}'", "…").replace(UNKNOWN, "…")


def first_few(things: Sequence[object], most: int = 3, mark: str = ", ") -> str:
    """The first of them, and how many more there are.

    Args:
        things: Names, or whatever else `str` writes for a person.
        most: So many are shown.
        mark: What stands between two of them.
    """
    more = f" and {len(things) - most} more" if len(things) > most else ""
    return mark.join(str(each) for each in things[:most]) + more


def gone_and_new(gone: Sequence[str], new: Sequence[str], most: int = 3) -> str:
    """The first lines that are gone and the first that are new, marked as in a diff."""
    return "; ".join([*(f"- {each}" for each in gone[:most]), *(f"+ {each}" for each in new[:most])])


def sentence(said: str) -> str:
    """What was said with a full stop behind it; an error that it cites may have brought its own."""
    return said if said.endswith((".", "!", "?")) else f"{said}."


def where(change: Placed) -> str:
    """`path:line`, as editors open it."""
    return f"{change.path}:{change.line}"

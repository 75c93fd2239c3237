"""Entries of beast in JSON files that hold a person's entries too, and may hold comments."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["NotPlain", "Value", "merged_text", "plain_value"]

Value = dict[str, Any]
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)
"""A string, which stays; a comment, or a comma before a bracket, which JSON does not have."""
INDENT = 2
"""Spaces, where the file has no line that shows how it is indented: what the assistants themselves write."""


class NotPlain(Exception):  # noqa: N818 - it is an answer, not an error
    """The file has comments, trailing commas or a name twice: written again, it would lose what the person wrote."""


def merged_text(text: str, change: Callable[[Value], Value]) -> str:
    """The file with a change of its entries; the same text if the change changes nothing.

    Args:
        text: Of the file; "" for a new one.
        change: Of what the file says. It returns another value, and leaves the one that it gets alone.

    Raises:
        NotPlain: It has to change, and would lose something that the person wrote.
        ValueError: It is not an object of JSON, not even with comments.
    """
    before = plain_value(text)
    after = change(before)
    if after == before and text.strip():
        return text
    if text.strip() and not is_plain(text):
        raise NotPlain
    indent = next((len(line) - len(line.lstrip()) for line in text.splitlines() if line.startswith(" ")), INDENT)
    return json.dumps(after, indent="\t" if "\n\t" in text else indent, ensure_ascii=False) + "\n"


def plain_value(text: str) -> Value:
    """What a file says, without its comments.

    Raises:
        ValueError: It is not an object of JSON, not even with comments.
    """
    if not text.strip():
        return {}
    value = json.loads(TOKEN.sub(lambda found: found[0] if found[0].startswith('"') else "", text))
    if not isinstance(value, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - the value of a file, not of an argument
    return value


def is_plain(text: str) -> bool:
    """Whether it is JSON as any program reads it, with each name once."""
    try:
        json.loads(text, object_pairs_hook=each_once)
    except ValueError:
        return False
    return True


def each_once(pairs: list[tuple[str, Any]]) -> Value:
    """An object whose names are all different.

    Raises:
        ValueError: One stands twice.
    """
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError(", ".join(doubled(pairs)))
    return value


def doubled(pairs: list[tuple[str, Any]]) -> Iterator[str]:
    """The names that stand more than once."""
    names = [name for name, _ in pairs]
    return (name for name in dict.fromkeys(names) if names.count(name) > 1)

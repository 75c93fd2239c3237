"""Text as every database can store it."""

import re

_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
"""PostgreSQL has no NUL in text, and UTF-8 has no half of a surrogate pair."""


def storable(text: str) -> str:
    """A text for people, with a replacement for each character that a database would refuse.

    Args:
        text: Such as an error, which may quote any input.
    """
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def is_storable(text: str) -> bool:
    """Whether every database can store a text as it is.

    Args:
        text: Such as a key, which may come from a client.
    """
    return _UNSTORABLE.search(text) is None

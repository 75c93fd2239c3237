"""The secrets that stand in texts and in documents, told by the name that they are given."""

import re
from collections.abc import Iterator
from typing import Any

from beastmode_tools.guard.code.compare.secrets import HARMLESS_NAME, NAMED, PLACEHOLDER, PLAIN, is_code, looks_secret

__all__ = ["ADDRESS", "SQL", "secrets_in", "secrets_of_data"]

SHORTEST = 8
"""Letters of a secret that is looked for everywhere; a shorter one might be a word."""
SHORTEST_NAMED = 6
"""The same of one that stands in a document under the name of a secret."""
LONGEST_LINE = 2000
"""Longer lines are generated (bundles, data), and patterns take long on them."""
ADDRESS = re.compile(
    r"(?P<before>\b[a-z][a-z0-9+.-]*://[^\s:/@\"'?#]*:)(?P<value>[^\s/@\"'{}$<>]+)(?=@)", re.IGNORECASE
)
# "revision identified by '...'" is what Alembic says of an id.
SQL = re.compile(r"(?P<before>(?<!revision )\b(?:PASSWORD|IDENTIFIED\s+BY)\s+')(?P<value>[^']+)(?=')", re.IGNORECASE)
WORDS = ("default", "example", "examples", "const", "enum", "value")
"""Keywords of a schema behind which values stand."""
SECRET_NAME = re.compile(
    r"secret|passw|passwd|token|api[_-]?key|private[_-]?key|access[_-]?key|credential|signing[_-]?key|authorization",
    re.IGNORECASE,
)
DEEPEST = 200  # a document that is nested deeper is refused before it comes here


def secrets_of_data(data: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """The secrets in JSON: values of fields that are named for one, and what a schema of such a field gives.

    Args:
        data: A document, or a part of it.
        name: The field that it stands under, if that is named for a secret.
        depth: How deep it stands.
    """
    if isinstance(data, str):
        yield from secrets_in(data)
        yield from words_of(data, name) if name else ()
    elif depth > DEEPEST:
        return
    elif isinstance(data, list):
        for each in data:
            yield from secrets_of_data(each, name, depth + 1)
    elif isinstance(data, dict):
        own = data.get("name")
        within = own if isinstance(own, str) and is_secret_name(own) else name
        fields = "properties" in data  # then the name is that of the whole, and each field has its own
        for key, value in data.items():
            under = name_under(str(key), value, "" if fields else within)
            yield from secrets_of_data(value, under, depth + 1)
            if key in WORDS and under and isinstance(value, dict):
                yield from (word for text in values_below(value, depth + 1) for word in words_of(text, under))


def values_below(data: Any, depth: int) -> Iterator[str]:
    """The texts in an example of a field that is named for a secret, but for those with a harmless name."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict | list) and depth <= DEEPEST:
        pairs = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in pairs:
            if not HARMLESS_NAME.search(str(key)):
                yield from values_below(value, depth + 1)


def name_under(key: str, value: Any, within: str) -> str:
    """The name for a secret by which the value of a key is known, or nothing."""
    if key.startswith("/"):
        return ""  # a path: `/auth/token` answers more than the token
    if is_secret_name(key):
        return key
    return within if key in WORDS or isinstance(value, dict | list) else ""


def is_secret_name(name: str) -> bool:
    """Whether a field is named for a secret."""
    return bool(SECRET_NAME.search(name)) and not HARMLESS_NAME.search(name)


def words_of(text: str, name: str) -> Iterator[str]:
    """What looks like a secret in the text of such a field; of a sentence only what is no word."""
    words = text.split() if len(text) < LONGEST_LINE else []
    for word in words:
        is_said = len(words) > 1 and not re.search(r"\d", word)
        if len(word) >= SHORTEST_NAMED and not is_said and looks_secret(name, word):
            yield word


def secrets_in(text: str) -> Iterator[str]:
    """The secrets in a text that are long enough to be looked for elsewhere."""
    for line in text.splitlines():
        if len(line) < LONGEST_LINE:
            yield from (value for value in values_of(line) if len(value) >= SHORTEST and not PLACEHOLDER.search(value))


def values_of(line: str) -> Iterator[str]:
    """What stands on a line where a secret is expected."""
    for pattern in (ADDRESS, SQL):
        yield from (match["value"] for match in pattern.finditer(line))
    for match in (*NAMED.finditer(line), *PLAIN.finditer(line)):
        name, value = match["name"].rpartition(".")[2].strip("\"'[]"), match["value"]
        is_expression = "quote" not in match.re.groupindex and is_code(value)
        if not HARMLESS_NAME.search(name) and not is_expression and looks_secret(name, value):
            yield value

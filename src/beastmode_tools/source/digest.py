"""What tells a change from the next one of the same thing: its facts, without where they stand and what surrounds them.

A finding's fingerprint is made of it, so that an acceptance covers the difference that somebody looked at and no other.
"""

import enum
import hashlib
import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import Field, fields, is_dataclass
from typing import Any, Self

__all__ = ["TELLS", "Shortened", "difference_of", "digest", "json_text", "shortened"]

SURROUNDINGS = frozenset(("line", "reach", "entries", "tested_by", "dialects"))
"""Facts that change while the difference stays: lines move, callers come and go, another database is at hand."""

TELLS = {"tells": True}
"""`field(compare=False, metadata=TELLS)`: no part of what two facts are equal by, and yet of the difference."""

QUOTED = re.compile(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\")")
STATEMENT = re.compile(
    r"\s*(?:select|insert|update|delete|create|alter|drop|with|truncate|set|comment)\b", re.IGNORECASE
)
LINE = re.compile(r"(?<=\S):\d+(?=$|[\s,;)])")
LENGTH = 16
"""Hexadecimal digits, 64 bits: no two of a million findings of one project have the same."""


class Shortened(str):
    """A text cut for a person, that is equal to another one only where the whole texts are.

    Args:
        shown: What a person reads.
        whole: The text before it was cut.
    """

    __slots__ = ("whole",)

    whole: str

    def __new__(cls, shown: str, whole: str) -> Self:
        """The shown text, which knows the whole one."""
        text = super().__new__(cls, shown)
        text.whole = whole
        return text

    def __eq__(self, other: object) -> bool:
        return self.whole == getattr(other, "whole", other)

    def __hash__(self) -> int:
        return hash(self.whole)


def shortened(text: str, limit: int) -> str:
    """The text, cut where it is longer than the limit; what is cut off still tells it from others."""
    return text if len(text) <= limit else Shortened(f"{text[: limit - 1]}…", text)


def digest(*parts: object) -> str:
    """A short hash of the parts, for facts that must not hold them or would be too long with them."""
    text = "\0".join(written(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def json_text(value: Any) -> str:
    """A value as JSON, the same for equal values; to Python 1 and true are equal, as JSON they are not."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def difference_of(change: object) -> str:
    """The digest of what a change consists of.

    Args:
        change: A fact, as rules get it. One that says better than its fields what it consists of has a property
            `difference`.
    """
    return digest(change)


def written(value: Any) -> str:  # noqa: PLR0911 - one line a kind of value
    """The value as text, the same for the same difference."""
    if isinstance(value, str):
        return repr(LINE.sub("", str(getattr(value, "whole", value))))
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if value is None or value is ... or isinstance(value, (bool, int, float, bytes)):
        return repr(value)
    if hasattr(type(value), "difference"):
        return f"{type(value).__name__}({written(value.difference)})"
    if is_dataclass(value):
        told = (
            f"{each.name}={of_field(each.name, getattr(value, each.name))}" for each in fields(value) if is_told(each)
        )
        return f"{type(value).__name__}({','.join(told)})"
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{written(key)}:{written(each)}' for key, each in value.items()))}}}"
    if isinstance(value, AbstractSet):
        return f"{{{','.join(sorted(map(written, value)))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(map(written, value))}]"
    return type(value).__name__


def of_field(name: str, value: Any) -> str:
    """The value of a fact's field; a statement in its normal form."""
    return written(plain_sql(str(value)) if name == "sql" and isinstance(value, str) else value)


def plain_sql(text: str) -> str:
    """A statement with one space between words, and in lower case where nothing is quoted; other texts as they are."""
    if not STATEMENT.match(text):
        return text
    parts = QUOTED.split(text.strip().rstrip(";"))  # every second one is quoted
    return "".join(part if at % 2 else re.sub(r"\s+", " ", part.lower()) for at, part in enumerate(parts)).strip()


def is_told(each: Field[Any]) -> bool:
    """Whether a field of a fact belongs to the difference."""
    return each.name not in SURROUNDINGS and (each.compare or "tells" in each.metadata)

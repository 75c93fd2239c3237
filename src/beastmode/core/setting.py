"""One row of the settings table, and the kinds of value that rows have.

Not environs: it reads `os.environ` alone, while a Flask project may also set a value in `app.config`, and its messages
name neither what was found nor what is expected. The fields are marshmallow's, as environs' are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from marshmallow import ValidationError
from marshmallow import fields as ma
from marshmallow.validate import OneOf, Range

__all__ = [
    "YES_NO",
    "Origins",
    "Secret",
    "Setting",
    "Whole",
    "Words",
    "choice",
    "flag",
    "number",
    "setting",
    "text",
    "whole",
]

T = TypeVar("T")
YES_NO = "true or false"
"""What a `flag()` expects."""
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table, for pages and messages.

    Attributes:
        name: The environment variable, in upper case.
        default: The value where nothing is set.
        sentence: What it does.
        expects: What a right value looks like.
        is_secret: Whether it is never shown.
        is_signing: Whether something is signed or encrypted with it, so that production requires a random secret.
        kind: The marshmallow field that parses it.
        renamed: Values of earlier versions that still work, with a warning: what each is called now.
    """

    name: str
    default: Any
    sentence: str
    expects: str
    is_secret: bool
    is_signing: bool
    kind: ma.Field[Any]
    renamed: Mapping[str, str]


def setting(  # noqa: PLR0913 - a row has as many columns as it has
    kind: ma.Field[Any],
    default: T,
    sentence: str,
    *,
    expects: str,
    secret: bool = False,
    signs: bool = False,
    renamed: Mapping[str, str] = MappingProxyType({}),
) -> T:
    """One row of the table.

    Args:
        kind: The marshmallow field that parses and validates the text.
        default: The value where nothing is set.
        sentence: What it does, for the reference page.
        expects: What a right value looks like, for the message about a wrong one.
        secret: Never shown.
        signs: Something is signed or encrypted with it: production requires a random secret of 32 bytes or more.
        renamed: Values of earlier versions, by what each is called now: `{"old": "new"}`. They work, with a warning.
    """
    metadata = {
        "kind": kind,
        "sentence": sentence,
        "expects": expects,
        "is_secret": secret,
        "is_signing": signs,
        "renamed": renamed,
    }
    return field(default=default, repr=not secret, metadata=metadata)


class Secret(ma.String):
    """One line of text, or in code any bytes, such as `os.urandom(32)`, each of which becomes one character."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if isinstance(value, bytes):
            return value.decode("latin-1")
        line = super()._deserialize(value, *args, **kwargs)
        one_line(line)
        return line


class Whole(ma.Integer):
    """A whole number; unlike in marshmallow's own field, 2.5 is none."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid")
        return super()._validated(value)


class Words(ma.Field[tuple[str, ...]]):
    """Words separated by commas, or in code a list of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = value.split(",") if isinstance(value, str) else value
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise ValidationError("no words")
        for word in words:
            one_line(word)
        return tuple(word.strip() for word in words if word.strip())


class Origins(Words):
    """Web origins (RFC 6454) separated by commas, or `*`.

    A pattern such as `https://*.example.com` is refused: where such patterns are understood, a name that merely begins
    or ends like the right one gets through too. So is an origin with a path or a final slash, which no browser sends.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        origins = super()._deserialize(value)
        if not all(origin == "*" or ORIGIN.fullmatch(origin) for origin in origins):
            raise ValidationError("no origin")
        return origins


def choice(*words: str) -> ma.Field[Any]:
    """One of these words."""
    return ma.String(validate=OneOf(words))


def text() -> ma.Field[str]:
    """One line of text."""
    return ma.String(validate=one_line)


def one_line(value: str) -> None:
    """Raise ValidationError for text with a line end or NUL, or bytes that are no UTF-8."""
    # An environment variable that is no UTF-8 reaches Python with lone surrogates, which nothing can encode later.
    if any(character in "\0\r\n" or "\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError("not one line of text")


def whole(low: int, high: int | None = None) -> ma.Field[int]:
    """A whole number from low to high."""
    return Whole(validate=Range(low, high))


def number(low: float, high: float) -> ma.Field[float]:
    """A finite number from low to high."""
    return ma.Float(validate=Range(low, high))


def flag() -> ma.Field[bool]:
    """Yes or no, in the words that shells and files use."""
    return ma.Boolean()

"""One row of the settings table, and the kinds of value that rows have.

Not environs, which reads `os.environ` only, while a Flask project may also set a value in `app.config`, and whose
messages say neither what was found nor what is expected. Like environs, it uses marshmallow's fields.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

from marshmallow import ValidationError
from marshmallow import fields as ma
from marshmallow.validate import OneOf, Range, Regexp

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
    "word",
]

T = TypeVar("T")
YES_NO = "true or false"
"""What a `flag()` expects."""
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table, for pages and messages.

    Attributes:
        name: The environment variable, in upper case.
        default: The default value.
        sentence: What it does.
        expects: What a valid value looks like.
        is_secret: Whether its value is never shown.
        is_signing: Whether something is signed or encrypted with it, so that production requires a random secret.
        kind: The marshmallow field that parses it.
        renamed: Values of earlier versions that still work, with a warning, and their current names.
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
        default: The default value.
        sentence: What it does, for the reference page.
        expects: What a valid value looks like, for the message about an invalid one.
        secret: Whether its value is never shown.
        signs: Whether something is signed or encrypted with it, so that production requires a random secret of 32 bytes
            or more.
        renamed: Values of earlier versions that still work, with a warning: `{"old": "new"}`.
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
    """One line of text, or in code any bytes, such as `os.urandom(32)`; each byte becomes one character."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        if isinstance(value, bytes):
            return value.decode("latin-1")
        line = super()._deserialize(value, *args, **kwargs)
        _one_line(line)
        return line


class Whole(ma.Integer):
    """An integer; unlike marshmallow's own field, it refuses 2.5."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid")
        return super()._deserialize(value, *args, **kwargs)


class Words(ma.Field[tuple[str, ...]]):
    """Comma-separated words, or in code a list of them."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = value.split(",") if isinstance(value, str) else value
        if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
            raise ValidationError("no words")
        for word in words:
            _one_line(word)
        return tuple(word.strip() for word in words if word.strip())


class Origins(Words):
    """Comma-separated web origins (RFC 6454), or `*`.

    A pattern such as `https://*.example.com` is refused, because patterns tend to allow names that only begin or end
    like the right one. So is an origin with a path or a trailing slash, which no browser sends.
    """

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        origins = super()._deserialize(value)
        if not all(origin == "*" or _ORIGIN.fullmatch(origin) for origin in origins):
            raise ValidationError("no origin")
        return origins


def choice(*words: str) -> ma.Field[Any]:
    """One of these words."""
    return ma.String(validate=OneOf(words))


def text() -> ma.Field[str]:
    """One line of text."""
    return ma.String(validate=_one_line)


def word() -> ma.Field[str]:
    """One word of letters, digits and hyphens."""
    return ma.String(validate=Regexp(r"[A-Za-z][A-Za-z0-9-]*\Z"))


def _one_line(value: str) -> None:
    """Raise ValidationError for text with a line end or NUL, or bytes that are not UTF-8."""
    # An environment variable that is not UTF-8 has lone surrogates in Python, which cannot be encoded later.
    if any(character in "\0\r\n" or "\ud800" <= character <= "\udfff" for character in value):
        raise ValidationError("not one line of text")


def whole(low: int, high: int | None = None) -> ma.Field[int]:
    """An integer from low to high."""
    return Whole(validate=Range(low, high))


def number(low: float, high: float) -> ma.Field[float]:
    """A finite number from low to high."""
    return ma.Float(validate=Range(low, high))


def flag() -> ma.Field[bool]:
    """True or false, in the usual spellings of environment variables."""
    return ma.Boolean()

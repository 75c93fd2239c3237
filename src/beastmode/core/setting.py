"""One row of the settings table, and the kinds of value that rows have.

Not environs: it reads `os.environ` alone, while a Flask project may also set a value in `app.config`, and its messages
name neither what was found nor what is expected. The fields are marshmallow's, as environs' are.
"""

from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import fields as ma
from marshmallow.validate import ContainsNoneOf, OneOf, Range

__all__ = ["Setting", "Words", "choice", "flag", "number", "setting", "text", "whole"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table, for pages and messages.

    Attributes:
        name: The environment variable, in upper case.
        default: The value where nothing is set.
        sentence: What it does.
        expects: What a right value looks like.
        is_secret: Whether it is never shown.
        is_planned: Whether it is read and checked already, but used by a feature that is still to come.
        kind: The marshmallow field that parses it.
    """

    name: str
    default: Any
    sentence: str
    expects: str
    is_secret: bool
    is_planned: bool
    kind: ma.Field[Any]


def setting(  # noqa: PLR0913 - a row has as many columns as it has
    kind: ma.Field[Any], default: T, sentence: str, *, expects: str, secret: bool = False, planned: bool = False
) -> T:
    """One row of the table.

    Args:
        kind: The marshmallow field that parses and validates the text.
        default: The value where nothing is set.
        sentence: What it does, for the reference page.
        expects: What a right value looks like, for the message about a wrong one.
        secret: Never shown.
        planned: Read and checked already, used by a feature that is still to come.
    """
    metadata = {"kind": kind, "sentence": sentence, "expects": expects, "secret": secret, "planned": planned}
    return field(default=default, metadata=metadata)


class Words(ma.Field[tuple[str, ...]]):
    """Words separated by commas."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        words = value if isinstance(value, list | tuple) else str(value).split(",")
        return tuple(word.strip() for word in words if word.strip())


def choice(*words: str) -> ma.Field[Any]:
    """One of these words."""
    return ma.String(validate=OneOf(words))


def text() -> ma.Field[str]:
    """One line of text."""
    return ma.String(validate=ContainsNoneOf("\0\r\n"))


def whole(low: int, high: int | None = None) -> ma.Field[int]:
    """A whole number from low to high."""
    return ma.Integer(validate=Range(low, high))


def number(low: float, high: float) -> ma.Field[float]:
    """A finite number from low to high."""
    return ma.Float(validate=Range(low, high))


def flag() -> ma.Field[bool]:
    """Yes or no, in the words that shells and files use."""
    return ma.Boolean()

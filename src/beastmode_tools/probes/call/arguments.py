"""Values for the arguments of a route, where no row has one: such as its converter takes."""

from __future__ import annotations

import re
import uuid
from typing import Any

from ..start import routes

__all__ = ["kind_of", "value_for"]

KINDS = {
    "UnicodeConverter": "string",
    "IntegerConverter": "int",
    "FloatConverter": "float",
    "UUIDConverter": "uuid",
    "PathConverter": "path",
    "AnyConverter": "any",
}
LENGTH = re.compile(r"\{(?P<least>\d+)(?P<several>,(?P<most>\d*))?\}$")
SOME_UUID = uuid.UUID("00000000-0000-4000-8000-000000000001")


def kind_of(converter: Any) -> str:
    """A converter by its usual name."""
    name = "UnicodeConverter" if converter is None else type(converter).__name__
    return KINDS.get(name, name)


def value_for(converter: Any, text: str) -> Any:
    """A value that a converter takes.

    Args:
        converter: Werkzeug's, or the project's own.
        text: What is given where any text is taken.
    """
    kind = kind_of(converter)
    if kind in ("int", "float"):
        least = getattr(converter, "min", None)
        usual = 1 if kind == "int" else 1.5
        return usual if least is None else max(usual, least)
    if kind == "uuid":
        return SOME_UUID
    if kind == "any":
        return str(routes.items_of(converter)[0]).replace("\\", "")
    if kind not in ("string", "path"):
        return 1  # the project's own converters mostly take the number of something
    return of_length(text, converter.regex) if kind == "string" and converter is not None else text


def of_length(text: str, pattern: str) -> str:
    """A text as long as `string(length=2)` and the like want it: their pattern ends with `{2}`, `{2,}` or `{2,9}`."""
    match = LENGTH.search(pattern)
    if match is None:
        return text
    least = int(match["least"])
    most = int(match["most"] or 0) if match["several"] else least
    return text.ljust(least, "x")[: most or None]

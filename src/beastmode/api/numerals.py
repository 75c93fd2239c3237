"""Numbers that are strings in JSON: decimals, which floating point would change, and `as_string`."""

import re
from typing import Any

from marshmallow import fields

_WHOLE = r"[+-]?[0-9]{1,19}"
"""Integers of 64 bits have up to 19 digits."""
_REAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,5})?"
_SPECIAL = r"[+-]?(NaN|nan|Infinity|inf)"


def numeral_pattern(field: fields.Field[Any]) -> str | None:
    """The regular expression of the strings that a field writes and reads; None if it writes JSON numbers.

    Args:
        field: A number field.
    """
    if not isinstance(field, fields.Number) or not (field.as_string or isinstance(field, fields.Decimal)):
        return None
    if isinstance(field, fields.Integer):
        return f"^{_WHOLE}$"
    return f"^({_REAL}|{_SPECIAL})$" if getattr(field, "allow_nan", False) else f"^{_REAL}$"


def reads_numeral(field: fields.Field[Any], value: Any) -> bool:
    """Whether a value matches the document: a string that matches the pattern, or a JSON number.

    Args:
        field: A field that has a `numeral_pattern`.
        value: The value from the request.
    """
    if type(value) is str:
        return re.fullmatch((numeral_pattern(field) or "")[1:-1], value) is not None
    return type(value) is int or (type(value) is float and not isinstance(field, fields.Integer))

"""Email addresses: which are accepted, how they are compared, and the default name of a user."""

import re
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length, Regexp

LONGEST = 120
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
# The HTML Living Standard's pattern for <input type=email>, with at least one dot in the domain.
ADDRESS = re.compile(rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})+\Z")
_ADDRESS_RULE = Regexp(ADDRESS, error="Not a valid email address.")


def is_address(text: str) -> bool:
    """Whether this is an email address that can be registered: ASCII, at most 120 characters, without whitespace.

    Args:
        text: The input.
    """
    return len(text) <= LONGEST and ADDRESS.match(text) is not None


def name_from(address: str, longest: int) -> str:
    """The default name of a user: the part of the address before the `@`.

    Args:
        address: The email address.
        longest: The maximum number of characters.
    """
    return address.partition("@")[0][:longest]


class EmailAddress(fields.String):
    """An email address in a request, passed to the view in lowercase; its pattern is in the API document."""

    def __init__(self) -> None:
        rules = [_ADDRESS_RULE, Length(max=LONGEST)]
        super().__init__(required=True, validate=rules, metadata={"example": "ada@example.com"})

    def deserialize(self, *arguments: Any, **others: Any) -> str:
        """The address, in lowercase."""
        # Validated before it is lowercased: the lowercase of the Kelvin sign is a k.
        address: str = super().deserialize(*arguments, **others)
        return address.lower()

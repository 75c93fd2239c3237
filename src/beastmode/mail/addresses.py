"""Addresses of emails: one at a time, in a form that every mail server accepts."""

from email.errors import HeaderParseError, MessageDefect, NonASCIILocalPartDefect, ObsoleteHeaderDefect
from email.headerregistry import Address, HeaderRegistry
from typing import Any, cast

_LONGEST = 254
"""Characters of an address (RFC 5321, section 4.5.3.1, less the angle brackets)."""
_LONGEST_LOCAL = 64
"""Characters before the `@` (likewise)."""
_HEADERS = HeaderRegistry()


def address_in(text: str) -> Address:
    """The address in a string such as "Ada <ada@example.com>", with the domain in ASCII.

    Args:
        text: The string, which may be user input.

    Raises:
        ValueError: It is not exactly one address with a domain: several, a group, or none. Or the part before the `@`
            is not ASCII, which many mail servers cannot deliver.
    """
    found = _parsed(text)
    if not found.username.isascii():
        raise ValueError(f"{text[:100]!r}: the part before the @ must be ASCII; many servers cannot deliver others.")
    try:
        domain = found.domain if found.domain.isascii() else found.domain.encode("idna").decode()
        address = Address(found.display_name, found.username, domain)
    except ValueError as error:
        raise _not_an_address(text) from error
    if len(address.addr_spec) > _LONGEST or len(found.username) > _LONGEST_LOCAL:
        raise _not_an_address(text)
    return address


def _parsed(text: str) -> Address:
    """The one address in a string.

    Raises:
        ValueError: There is not exactly one.
    """
    try:
        header = cast("Any", _HEADERS("To", text))
        groups = header.groups
    except (HeaderParseError, IndexError, ValueError) as error:
        raise _not_an_address(text) from error
    is_one = len(groups) == 1 and groups[0].display_name is None and len(groups[0].addresses) == 1
    if not is_one or any(_is_serious(defect) for defect in header.defects):
        raise _not_an_address(text)
    found: Address = groups[0].addresses[0]
    if not found.username or not found.domain or not text.isprintable():
        raise _not_an_address(text)
    return found


def _is_serious(defect: MessageDefect) -> bool:
    """Whether a string is no address because of this: obsolete syntax is common, such as the dot in "Ada M. King"."""
    return not isinstance(defect, ObsoleteHeaderDefect | NonASCIILocalPartDefect)


def _not_an_address(text: str) -> ValueError:
    """The error for a string that is not one address."""
    return ValueError(f"{text[:100]!r} is not an email address; expected one, such as Ada <ada@example.com>.")

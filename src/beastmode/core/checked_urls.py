"""Where a URL leads: its scheme, host, port and target, or a reason why nothing may be fetched from there."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from urllib.parse import quote, urlsplit

from beastmode.core.errors import FetchRefused

_PORTS = {"http": 80, "https": 443}
_LONGEST = 2048
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
"""Control characters, spaces and backslashes: URL parsers disagree about what they mean."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_SAFE = "/?:@!$&'()*+,;=-._~%"


@dataclass(frozen=True, slots=True)
class CheckedUrl:
    """Where a URL leads.

    Attributes:
        scheme: "http" or "https".
        host: The host, in ASCII and in lowercase; an address of IPv6 without brackets.
        port: The port.
        target: The path with the query.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two URLs have in common if headers for one may be sent to the other."""
        return self.scheme, self.host, self.port


def checked_url(url: str, schemes: Collection[str], ports: Collection[int]) -> CheckedUrl:
    """Where a URL leads.

    Args:
        url: The URL, from anyone.
        schemes: The schemes that are allowed.
        ports: The ports that are allowed.

    Raises:
        FetchRefused: It is not a URL of an allowed scheme and port, or different programs would read it differently.
    """
    if len(url) > _LONGEST or _FORBIDDEN.search(url):
        raise FetchRefused(f"The URL has spaces, control characters or backslashes, or over {_LONGEST} characters.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchRefused("The URL is malformed.") from error
    if parts.scheme not in schemes or parts.scheme not in _PORTS:
        raise FetchRefused(f"The URL has the scheme {parts.scheme!r}; allowed: {', '.join(sorted(schemes))}.")
    if "@" in parts.netloc:
        raise FetchRefused("The URL has a user name or a password; leave them out.")
    port = _PORTS[parts.scheme] if port is None else port
    if port not in ports:
        raise FetchRefused(f"The URL has the port {port}; allowed: {', '.join(map(str, sorted(ports)))}.")
    target = quote(parts.path or "/", safe=_SAFE) + (f"?{quote(parts.query, safe=_SAFE)}" if parts.query else "")
    return CheckedUrl(parts.scheme, _host_of(parts.hostname), port, target)


def _host_of(hostname: str | None) -> str:
    """A host name as it is looked up.

    Raises:
        FetchRefused: It is empty, no host name, or an address in another way of writing than 192.0.2.1.
    """
    if not hostname:
        raise FetchRefused("The URL has no host.")
    if ":" in hostname:
        return hostname
    try:
        host = hostname.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise FetchRefused("The URL has a host name that cannot be looked up.") from error
    if "%" in host or not host:
        raise FetchRefused("The URL has a host name that cannot be looked up.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(host))
        except AddressValueError as error:
            raise FetchRefused("The URL has an IP address that is not written as four decimal numbers.") from error
    return host

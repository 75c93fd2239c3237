"""The IP address of a client, without the port or brackets that proxies add, and its network."""

import ipaddress
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_BRACKETED = re.compile(r"\[([^\[\]]+)\](?::[0-9]*)?")
_WITH_PORT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3}):[0-9]*")


def bare_address(text: str) -> str:
    """An IP address without port and brackets; any other string unchanged.

    `X-Forwarded-For` has no standard. Some proxies write `203.0.113.7:40000` or `[2001:db8::1]:443`, as in `Forwarded`
    (RFC 7239, section 6), and each connection has another port.

    Args:
        text: One address from a server or a proxy.
    """
    text = text.strip().strip('"')
    match = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    return match[1] if match else text


def network_of(address: str) -> str:
    """The network of an IP address: itself, or for IPv6 its /64, which belongs to one customer (RFC 6177).

    Args:
        address: The client's address as the server knows it.
    """
    try:
        parsed = ipaddress.ip_address(bare_address(address))
    except ValueError:
        return address[:45]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed[:8] + bytes(8), 64)))


class BareAddresses:
    """Wraps a WSGI application, so that it reads the client's address without port or brackets.

    Args:
        app: The application.
    """

    def __init__(self, app: "WSGIApplication") -> None:
        self.app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Handle one request (PEP 3333)."""
        if told := environ.get("REMOTE_ADDR"):
            environ["REMOTE_ADDR"] = bare_address(told)
        return self.app(environ, start_response)

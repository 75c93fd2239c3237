"""Reads a page: from a public address only, within bounds of time and size, as text."""

import http.client
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from beastmode_tools.errors import CouldNotRun

__all__ = ["OPEN", "Network", "Page", "read_page", "text_of_html"]

SECONDS = 15.0
"""For the whole page, redirects included: documentation answers in one."""
MOST_BYTES = 2_000_000
"""Of one page: the longest pages of documentation in one file have a megabyte."""
MOST_REDIRECTS = 5
"""From http to https, to www, to the newest version; more are a circle."""
REDIRECTS = (301, 302, 303, 307, 308)
TEXT = re.compile(r"^(?:text/|application/(?:[\w.+-]*\+)?(?:json|xml|yaml|toml|javascript))", re.IGNORECASE)
HEADERS = {"User-Agent": "beast (beastmode developer tools)", "Accept": "text/*, application/json"}
PIECE = 65_536  # bytes between two looks at the clock


@dataclass(frozen=True, slots=True)
class Network:
    """What is between this process and a page.

    Args:
        resolve: Host and port -> addresses.
        is_public: Whether an address is on the open Internet.
    """

    resolve: Callable[[str, int], Iterable[str]]
    is_public: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page said.

    Args:
        url: Of the page itself, behind all redirects.
        status: Of HTTP.
        kind: Its media type.
        text: What it says; of HTML, what is shown.
        is_complete: Nothing was left out because it was too long.
    """

    url: str
    status: int
    kind: str
    text: str
    is_complete: bool


def addresses_of(host: str, port: int) -> list[str]:
    """Every address of a host."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    """Whether an address is on the open Internet, in whatever form it is written."""
    found = ipaddress.ip_address(address.partition("%")[0])
    within = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    return found.is_global and within.is_global and not found.is_multicast and not in_nat64(found)


def in_nat64(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether a gateway would turn an address into one of the old kind, which may be private (RFC 6052)."""
    return address in ipaddress.ip_network("64:ff9b::/96")


OPEN = Network(addresses_of, is_public)


def read_page(url: str, is_allowed: Callable[[str], str], network: Network = OPEN) -> Page:
    """A page, with every redirect asked about before it is followed.

    Args:
        url: Of the page.
        is_allowed: Says why a URL may not be opened, or "".
        network: How hosts are found; each of their addresses has to be public.

    Raises:
        CouldNotRun: It may not be opened, does not answer in time, or is not text.
    """
    until = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        if why := is_allowed(url):
            raise CouldNotRun(why)
        try:
            found = ask(url, network, until)
        except (OSError, http.client.HTTPException, UnicodeError) as problem:
            raise CouldNotRun(f"{host_of(url)} did not answer: {problem or type(problem).__name__}.") from None
        if isinstance(found, Page):
            return found
        url = urljoin(url, found)
    raise CouldNotRun(f"{host_of(url)} redirects more than {MOST_REDIRECTS} times.")


def ask(url: str, network: Network, until: float) -> Page | str:
    """The page, or where it leads."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = public_address(parts.hostname or "", port, network)
    connection = connect(parts.hostname or "", address, port, until, is_secure=parts.scheme == "https")
    try:
        path = parts.path or "/"
        connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=HEADERS)
        with closing(connection.getresponse()) as response:
            return answer_of(url, response, until)
    finally:
        connection.close()


def answer_of(url: str, response: http.client.HTTPResponse, until: float) -> Page | str:
    """The page of a response, or where it leads."""
    place = response.getheader("Location")
    if response.status in REDIRECTS and place:
        return place
    kind = response.getheader("Content-Type") or "text/plain"
    if not TEXT.match(kind):
        raise CouldNotRun(f"{host_of(url)} answered with {kind.partition(';')[0]}, and only text is read.")
    content, is_complete = body(response, until)
    text = content.decode(response.headers.get_content_charset() or "utf-8", "replace")
    is_html = "html" in kind.lower()
    return Page(url, response.status, kind.partition(";")[0], text_of_html(text) if is_html else text, is_complete)


def public_address(host: str, port: int, network: Network) -> str:
    """The address to connect to, if every address of the host is public: a name may have a private one beside it.

    Raises:
        CouldNotRun: It is unknown, or has an address of a private network.
    """
    try:
        found = list(network.resolve(host, port))
    except OSError:
        raise CouldNotRun(f"the host {host} is not known.") from None
    for each in found:
        if not network.is_public(each):
            raise CouldNotRun(f"{host} has the address {each}, which is not public.")
    if not found:
        raise CouldNotRun(f"the host {host} has no address.")
    return found[0]


def connect(host: str, address: str, port: int, until: float, *, is_secure: bool) -> http.client.HTTPConnection:
    """A connection to the address that was looked at: the name is not resolved a second time."""
    made = socket.create_connection((address, port), timeout=left(until))
    connection = http.client.HTTPConnection(host, port)
    connection.sock = ssl.create_default_context().wrap_socket(made, server_hostname=host) if is_secure else made
    return connection


def body(response: http.client.HTTPResponse, until: float) -> tuple[bytes, bool]:
    """The beginning of what it sends, and whether that is all."""
    content = b""
    while piece := response.read1(PIECE):
        content += piece
        left(until)
        if len(content) > MOST_BYTES:
            return content[:MOST_BYTES], False
    return content, True


def left(until: float) -> float:
    """The seconds that are left.

    Raises:
        TimeoutError: None.
    """
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError(f"it took longer than {SECONDS:g} s")
    return seconds


def host_of(url: str) -> str:
    """The host of a URL, for a message."""
    return urlsplit(url).hostname or "the page"


def text_of_html(text: str) -> str:
    """What a page shows, a block a line."""
    reader = Shown()
    reader.feed(text)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class Shown(HTMLParser):
    """Collects what a page shows."""

    BLOCKS = frozenset(("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "pre", "section", "table", "dt", "dd"))
    HIDDEN = frozenset(("script", "style", "template", "noscript", "svg", "head"))

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - called so
        """A block begins, or something that is not shown."""
        self.depth += tag in self.HIDDEN
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends."""
        self.depth -= tag in self.HIDDEN and self.depth > 0
        if tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Words."""
        if not self.depth:
            self.parts.append(data)

"""Fetches URLs that others chose, such as those of webhooks and avatars, from public addresses only.

A host name is resolved once, every address is checked, and the connection is made to the address that was checked, so
that a name that changes in the meantime (DNS rebinding) gains nothing; with TLS, the certificate is that of the name.
Redirects are checked in the same way. Proxies of the environment are not used: they would resolve the name again.

With Python's own HTTP client: libraries that are made for this are young, or wrap a client that the project may not
have, and what must be exact is the one function that opens the connection.
"""

import socket
import ssl
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse
from threading import Thread
from time import monotonic
from types import MappingProxyType
from typing import Literal, cast
from urllib.parse import urljoin

from beastmode.core.checked_urls import CheckedUrl, checked_url
from beastmode.core.deadlines import Deadlined
from beastmode.core.errors import FetchFailed, FetchRefused
from beastmode.core.public_addresses import Address, is_public, parsed, parsed_network

__all__ = ["Fetched", "Fetcher", "Resolve"]

Resolve = Callable[[str, int], Sequence[str]]
"""Takes a host name and a port; returns its IP addresses."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Fetched:
    """The response of another server.

    Attributes:
        status: Its status code; whatever it is, it is no error of ours.
        headers: Its headers; names are found in any case.
        body: Its body, as it was sent.
        url: The URL that it came from, after redirects.
    """

    status: int
    headers: HTTPMessage
    body: bytes
    url: str


def _system_addresses(host: str, port: int) -> Sequence[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches URLs that others chose, from public addresses only.

    Args:
        schemes: The schemes that are allowed.
        ports: The ports that are allowed.
        allowed: Networks that are allowed although they are not public, such as "10.1.2.0/24".
        seconds: The time for everything together: resolving, connecting, redirects, and the last byte.
        most_bytes: The maximum size of a body.
        redirects: How many redirects of a GET are followed; those of a POST never are.
        resolve: Resolves host names; by default, as the system does.
        tls: The TLS configuration; by default, certificates are verified by the system's authorities.
    """

    schemes: Collection[str] = ("https",)
    ports: Collection[int] = (443,)
    allowed: Collection[str] = ()
    seconds: float = 10
    most_bytes: int = 5 * 1024 * 1024
    redirects: int = 3
    resolve: Resolve = _system_addresses
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(self, url: str, headers: Mapping[str, str] = _NO_HEADERS) -> Fetched:
        """The response to a GET, after redirects.

        Args:
            url: The URL.
            headers: Request headers; after a redirect to another origin, they are not sent.

        Raises:
            FetchRefused: The URL, or one that it redirects to, is not allowed. Do not show clients why: the message
                tells what is in your network.
            FetchFailed: There is no complete response within the limits.
        """
        deadline = monotonic() + self.seconds
        origin = self._destination(url).origin
        for _ in range(self.redirects + 1):
            destination = self._destination(url)
            sent = headers if destination.origin == origin else _NO_HEADERS
            found = self._exchange("GET", url, destination, None, sent, deadline)
            location = found.headers.get("Location")
            if found.status not in _REDIRECTS or location is None:
                return found
            url = urljoin(url, location)
        raise FetchFailed(f"There are more than {self.redirects} redirects.")

    def post(self, url: str, body: bytes, headers: Mapping[str, str] = _NO_HEADERS) -> Fetched:
        """The response to a POST; redirects are not followed.

        Args:
            url: The URL.
            body: The body.
            headers: Request headers, such as `Content-Type`.

        Raises:
            FetchRefused: As for `get`.
            FetchFailed: As for `get`.
        """
        return self._exchange("POST", url, self._destination(url), body, headers, monotonic() + self.seconds)

    def _destination(self, url: str) -> CheckedUrl:
        return checked_url(url, self.schemes, self.ports)

    def _exchange(  # noqa: PLR0913, PLR0917 - the parts of a request
        self,
        method: Literal["GET", "POST"],
        url: str,
        destination: CheckedUrl,
        body: bytes | None,
        headers: Mapping[str, str],
        deadline: float,
    ) -> Fetched:
        addresses = self._checked_addresses(destination, deadline)
        connection = HTTPConnection(destination.host, destination.port)
        try:
            # It has a socket, so it never opens one itself, and never resolves the name.
            connection.sock = cast("socket.socket", self._connect(destination, addresses, deadline))
            own = {"Host": destination.authority, "Accept-Encoding": "identity", "Connection": "close"}
            given = {name: value for name, value in headers.items() if name.title() not in own}
            connection.request(method, destination.target, body, {**given, **own})
            with connection.getresponse() as response:
                return Fetched(response.status, response.headers, self._body(response), url)
        except (OSError, HTTPException, ValueError) as error:
            late = f" within {self.seconds:g} s" if monotonic() >= deadline else ""
            raise FetchFailed(f"{destination.host} sent no complete response{late}.") from error
        finally:
            connection.close()

    def _body(self, response: HTTPResponse) -> bytes:
        """The body of a response.

        Raises:
            FetchFailed: It is too large.
        """
        if (response.length or 0) <= self.most_bytes:
            body = response.read(self.most_bytes + 1)
            if len(body) <= self.most_bytes:
                return body
        raise FetchFailed(f"The response is larger than {self.most_bytes} bytes.")

    def _checked_addresses(self, destination: CheckedUrl, deadline: float) -> Sequence[Address]:
        """The addresses of a host, resolved once.

        Raises:
            FetchRefused: One of them is not public; names that have both kinds are made for attacks.
            FetchFailed: The host has no address.
        """
        networks = [parsed_network(each) for each in self.allowed]
        found = [parsed(each) for each in self._addresses(destination, deadline)]
        if not found:
            raise FetchFailed(f"{destination.host} has no address.")
        for address in found:
            if not is_public(address) and not any(address in network for network in networks):
                raise FetchRefused(f"{destination.host} has the address {address}, which is not public.")
        return found

    def _addresses(self, destination: CheckedUrl, deadline: float) -> Sequence[str]:
        """What the resolver answers; in a thread, because the system's has no timeout of ours."""
        answers: list[Sequence[str]] = []

        def ask() -> None:
            try:
                answers.append(self.resolve(destination.host, destination.port))
            except OSError:
                answers.append(())

        thread = Thread(target=ask, name="beastmode-resolving", daemon=True)
        thread.start()
        thread.join(max(0.0, deadline - monotonic()))
        return answers[0] if answers else ()

    def _connect(self, destination: CheckedUrl, addresses: Sequence[Address], deadline: float) -> Deadlined:
        """A connection to the first address that accepts one.

        Raises:
            OSError: None does, or the certificate is not one of the host.
        """
        failure: OSError = TimeoutError()
        for address in addresses:
            rest = deadline - monotonic()
            if rest <= 0:
                break
            try:
                plain = socket.create_connection((str(address), destination.port), timeout=rest)
            except OSError as error:
                failure = error
                continue
            if destination.scheme == "http":
                return Deadlined(plain, deadline)
            try:
                return Deadlined(self.tls.wrap_socket(plain, server_hostname=destination.host), deadline)
            except BaseException:
                plain.close()
                raise
        raise failure

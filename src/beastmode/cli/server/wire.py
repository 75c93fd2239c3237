"""The TCP connection of a request: whether it is still open, whether it accepts more data, and closing it."""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

_OPEN_FILES = next((path for path in (Path("/proc/self/fd"), Path("/dev/fd")) if path.is_dir()), None)


class Wire:
    """The connection of one request.

    granian does not expose its connections, and can neither close one nor report that a client reads too slowly. But
    they are sockets of this process, and can be found by the client's address and port.

    Args:
        connection: Our own descriptor of the connection.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection, select.POLLOUT)

    def has_room(self, seconds: float) -> bool:
        """Wait until the connection accepts more data; False if it does not in time, or is closed."""
        return any(event & select.POLLOUT for _, event in self._poll.poll(seconds * 1000))

    def break_off(self) -> None:
        """Close the connection in the middle of the response, so that the client knows that it is incomplete."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close our descriptor; the connection itself remains open."""
        self._connection.close()


def wire_of(client: str) -> Wire | None:
    """The connection of a client; None if it has disconnected. The caller closes it.

    Args:
        client: The address and port, in granian's format.
    """
    for connection in _connections():
        if _name_of(connection) == client:
            return Wire(connection)
        connection.close()
    return None


def clients() -> set[str]:
    """The address and port of every connected client."""
    addresses = set()
    for connection in _connections():
        addresses.add(_name_of(connection))
        connection.close()
    return addresses


def _connections() -> Iterator[socket.socket]:
    """Every connection of this process, each with a descriptor that the caller closes."""
    for path in _OPEN_FILES.iterdir() if _OPEN_FILES is not None else ():
        try:
            descriptor = os.dup(int(path.name))
        except OSError:  # closed meanwhile
            continue
        try:
            connection = socket.socket(fileno=descriptor)
        except OSError:  # no socket
            os.close(descriptor)
            continue
        yield connection


def _name_of(connection: socket.socket) -> str:
    """The address and port of the other side, in granian's format; empty if there is none."""
    try:
        other = connection.getpeername()
    except OSError:
        return ""
    if connection.family is socket.AF_INET6:
        return f"[{other[0]}]:{other[1]}"
    return f"{other[0]}:{other[1]}" if connection.family is socket.AF_INET else ""

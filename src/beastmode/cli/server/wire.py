"""The TCP connection below a request: whether it is still there, whether it takes more, and its end."""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

_OPEN_FILES = next((path for path in (Path("/proc/self/fd"), Path("/dev/fd")) if path.is_dir()), None)


class Wire:
    """The connection of one request.

    granian keeps its connections to itself, and can neither break one off nor say that a client reads too slowly. They
    are sockets of this process all the same, and the address and port of a client name one.

    Args:
        connection: A descriptor of our own of the connection.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._poll = select.poll()
        self._poll.register(connection, select.POLLOUT)

    def has_room(self, seconds: float) -> bool:
        """Wait until the client has taken enough for more to be sent; False where it has not in time, or has left."""
        return any(event & select.POLLOUT for _, event in self._poll.poll(seconds * 1000))

    def break_off(self) -> None:
        """End the connection in the middle of the answer, so that nobody takes what there is for the whole."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of it; the connection itself goes on."""
        self._connection.close()


def wire_of(client: str) -> Wire | None:
    """The connection of a client, None where it has left; to be closed.

    Args:
        client: Address and port, as granian writes them.
    """
    for connection in _connections():
        if _name_of(connection) == client:
            return Wire(connection)
        connection.close()
    return None


def clients() -> set[str]:
    """Address and port of everybody who is connected."""
    found = set()
    for connection in _connections():
        found.add(_name_of(connection))
        connection.close()
    return found


def _connections() -> Iterator[socket.socket]:
    """Every connection of this process, each by a descriptor of the caller's, who closes it."""
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
    """Address and port of the other side, as granian writes them; empty where there is none."""
    try:
        other = connection.getpeername()
    except OSError:
        return ""
    if connection.family is socket.AF_INET6:
        return f"[{other[0]}]:{other[1]}"
    return f"{other[0]}:{other[1]}" if connection.family is socket.AF_INET else ""

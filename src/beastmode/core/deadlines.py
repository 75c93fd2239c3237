"""A connection that ends at a fixed time, however slowly the other side sends."""

import io
import socket
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class Deadlined:
    """A socket, as far as `http.client` needs one.

    A timeout of a socket begins again with every byte, so a server that sends one now and then would never reach it.

    Args:
        connected: The socket.
        deadline: When it ends, by the monotonic clock.
    """

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """A file to read from; it outlives `close`, as those of sockets do."""
        return io.BufferedReader(_Reader(self._socket, self._deadline, self._socket.makefile("rb", buffering=0)))

    def sendall(self, data: "ReadableBuffer") -> None:
        """Send bytes.

        Args:
            data: The bytes.

        Raises:
            TimeoutError: The deadline has passed.
        """
        rest = memoryview(data)
        while rest:
            _allow(self._socket, self._deadline)
            rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        """Close it; a file that still reads from it closes the connection with itself."""
        self._socket.close()


class _Reader(io.RawIOBase):
    """Reads from a socket until the deadline.

    Args:
        connected: The socket.
        deadline: As for `Deadlined`.
        file: A file of the socket, which keeps it open.
    """

    def __init__(self, connected: socket.socket, deadline: float, file: io.IOBase) -> None:
        self._socket = connected
        self._deadline = deadline
        self._file = file

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """The number of bytes that were read into a buffer; 0 at the end.

        Raises:
            TimeoutError: The deadline has passed.
        """
        _allow(self._socket, self._deadline)
        return self._socket.recv_into(buffer)

    def close(self) -> None:
        """Close it, and the socket with it if that was closed before."""
        self._file.close()
        super().close()


def _allow(connected: socket.socket, deadline: float) -> None:
    """Let the next operation of a socket take the time that is left.

    Raises:
        TimeoutError: There is none.
    """
    rest = deadline - monotonic()
    if rest <= 0:
        raise TimeoutError
    connected.settimeout(rest)

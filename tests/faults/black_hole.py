"""A network between a server and its database that can swallow everything, as a misguided firewall does."""

import socket
from contextlib import suppress
from threading import Event, Thread

__all__ = ["BlackHole"]


class BlackHole:
    """Hands bytes on in both directions until it swallows them; connections stay open, and nobody is told.

    Args:
        port: Where the database listens.

    Attributes:
        port: Where to connect instead.
    """

    def __init__(self, port: int) -> None:
        # One that is not accepted fills the line: the system drops what comes after it, as a firewall does.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self._listener.getsockname()[1]
        self._to = port
        self._is_open = Event()
        self._is_open.set()
        self._ends: list[socket.socket] = []
        Thread(target=self._accept, daemon=True).start()

    def swallow(self) -> None:
        """Hand nothing on any more."""
        self._is_open.clear()

    def let_through(self) -> None:
        """Hand on what was held, and what comes."""
        self._is_open.set()

    def close(self) -> None:
        """End every connection."""
        self.let_through()
        for end in (self._listener, *self._ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near = self._listener.accept()[0]
                self._is_open.wait()
                try:
                    far = socket.create_connection(("127.0.0.1", self._to))
                except OSError:  # what it stands before is down, so nobody gets in here either
                    near.close()
                    continue
                self._ends += near, far
                Thread(target=self._hand_on, args=(near, far), daemon=True).start()
                Thread(target=self._hand_on, args=(far, near), daemon=True).start()

    def _hand_on(self, come: socket.socket, go: socket.socket) -> None:
        with suppress(OSError):
            while part := come.recv(65_536):
                self._is_open.wait()
                go.sendall(part)
            go.shutdown(socket.SHUT_WR)

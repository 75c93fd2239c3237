"""The process of the stand-ins: a Redis without a disk and a mail server that keeps nothing, at sockets it is given.

`python -m beastmode_tools.stand_ins.serve CHANNEL`: each message of the channel is a kind and a listening socket. It
ends when the channel is closed.
"""

import asyncio
import socket
import sys
import threading
from contextlib import suppress
from typing import Any

__all__ = ["serve"]

LONGEST = 64
"""Bytes of a message: the name of a kind."""
GONE = 0.2
"""Seconds between two looks at whether a socket was closed: what is served afterwards is an idle thread."""


def serve(channel: socket.socket) -> None:
    """Answers at every socket that comes, until no more can come."""
    while True:
        kind, numbers, _, _ = socket.recv_fds(channel, LONGEST, 1)
        if not kind:
            return
        for name, number in zip(kind.decode().split(), numbers, strict=False):
            threading.Thread(target=SERVERS[name], args=(socket.socket(fileno=number),), daemon=True).start()


class Connection(socket.socket):
    """A connection that says where it leads as Redis lists it: fakeredis takes the words for its list of clients."""

    def getsockname(self) -> str:
        """This end."""
        return listed(super().getsockname())

    def getpeername(self) -> str:
        """The other end."""
        return listed(super().getpeername())


def listed(address: tuple[str, int]) -> str:
    """An address in one word."""
    return f"{address[0]}:{address[1]}"


def serve_redis(listener: socket.socket) -> None:
    """A Redis of its own, empty, until the socket is shut."""
    from fakeredis import TcpFakeServer  # noqa: PLC0415 - a project with mail only need not wait for it

    class Server(TcpFakeServer):
        def get_request(self) -> tuple[socket.socket, Any]:
            taken, address = super().get_request()
            return Connection(fileno=taken.detach()), address

    server = Server(listener.getsockname(), bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.daemon_threads = True
    with suppress(OSError, ValueError):
        server.serve_forever(poll_interval=GONE)


class Sink:
    """Takes every mail, and keeps none."""

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """What the client is told."""
        return "250 taken by the stand-in"


def serve_mail(listener: socket.socket) -> None:
    """A mail server that takes everything from anybody."""
    from aiosmtpd.smtp import SMTP, AuthResult  # noqa: PLC0415 - a project with Redis only need not wait for it

    def anybody(*_: Any) -> AuthResult:
        return AuthResult(success=True)

    def protocol() -> SMTP:
        return SMTP(
            Sink(),
            authenticator=lambda *_: AuthResult(success=True),
            auth_require_tls=False,
            loop=asyncio.get_event_loop(),
        )

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(protocol, sock=listener)
        await server.serve_forever()

    with suppress(OSError):
        asyncio.run(forever())


SERVERS = {"redis": serve_redis, "mail": serve_mail}

if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

"""Redis and mail for a project that is being looked at: addresses that a stand-in answers as soon as somebody connects.

An address costs a socket. The process behind it starts with the first connection, so a project that never asks for
Redis or mail pays nothing, and it is a process of the tools: the project's interpreter needs neither library.
"""

import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

__all__ = ["KINDS", "addresses", "answered", "say_answered"]

KINDS = {"redis": "Redis", "mail": "the mail server"}
"""What there are stand-ins for, and what a person calls it."""
WAITING = 100
"""Connections that wait while the stand-in starts: a pool makes a handful."""
MODULE = "beastmode_tools.stand_ins.serve"
ANSWERED: set[str] = set()  # what a stand-in took the place of since the last time that this was asked


@dataclass
class Process:
    """The process that answers, once there is one.

    Args:
        lock: Held while it is started or told something.
        channel: Where it gets the sockets that it serves.
        running: The process.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    channel: socket.socket | None = None
    running: "subprocess.Popen[bytes] | None" = None

    def serve(self, kind: str, listener: socket.socket) -> None:
        """Makes it answer at this socket."""
        with self.lock:
            if self.channel is None or self.running is None or self.running.poll() is not None:
                self.channel = self.start()
            socket.send_fds(self.channel, [f"{kind}\n".encode()], [listener.fileno()])

    def start(self) -> socket.socket:
        """Starts it, and gives its channel; it ends when this process does, since the channel is closed then."""
        ours, theirs = socket.socketpair()
        self.running = subprocess.Popen(  # noqa: S603 - our own module, with our own interpreter
            [sys.executable, "-m", MODULE, str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        return ours


PROCESS = Process()


@contextmanager
def addresses() -> Iterator[dict[str, int]]:
    """A port of this machine for each kind of service; what one probe writes there, no other one reads."""
    listeners = {kind: listening() for kind in KINDS}
    stop, stopped = os.pipe()
    thread = threading.Thread(target=wait_and_serve, args=(listeners, stop), daemon=True)
    thread.start()
    try:
        yield {kind: listener.getsockname()[1] for kind, listener in listeners.items()}
    finally:
        os.close(stopped)
        thread.join()
        os.close(stop)
        for listener in listeners.values():
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # the stand-in holds it too, and ends with this
            listener.close()


def listening() -> socket.socket:
    """A socket that takes connections from this machine."""
    return socket.create_server(("127.0.0.1", 0), backlog=WAITING)


def wait_and_serve(listeners: dict[str, socket.socket], stop: int) -> None:
    """Hands each socket to the stand-in when the first connection arrives at it."""
    with selectors.DefaultSelector() as selector:
        selector.register(stop, selectors.EVENT_READ)
        for kind, listener in listeners.items():
            selector.register(listener, selectors.EVENT_READ, kind)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    return
                selector.unregister(key.fileobj)
                ANSWERED.add(KINDS[key.data])
                PROCESS.serve(key.data, listeners[key.data])


def say_answered(names: object) -> None:
    """Remembers what a stand-in within a probe has taken the place of."""
    if isinstance(names, list):
        ANSWERED.update(str(name) for name in names)


def answered() -> tuple[str, ...]:
    """What a stand-in took the place of since this was asked last, sorted."""
    names = tuple(sorted(ANSWERED))
    ANSWERED.clear()
    return names

"""Lets so many requests work at a time; who is still sending takes no place.

granian hands a request to a thread before its body has come in. With one thread a place, as many slow clients as there
are places would shut everybody else out: a handful of phones on a bad line, or one person who means harm.
"""

import io
from collections import deque
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["ROOM", "Gate"]

ROOM = 60
"""Threads of a process, beside those that work, that wait for bodies to come in."""
AWAITED = 1024 * 1024 + 1
"""Bytes of a body that are waited for before it takes a place: any JSON. The rest of an upload comes in afterwards."""
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
CROWDED = b'{"success":false,"message":"Too many requests are still being sent; try again"}'


class Gate:
    """A WSGI application that keeps the one inside to a number of requests at a time.

    Args:
        app: The application inside.
        places: How many requests it works on at a time.
        room: How many bodies may be waited for beside that; one more is answered 503.
    """

    def __init__(self, app: "WSGIApplication", places: int, room: int = ROOM) -> None:
        self._app = app
        self._places = Places(places)
        self._seats = Places(room)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if environ["REQUEST_METHOD"] not in BODILESS and may_have_body(environ):
            if not self._seats.take(wait=False):
                return refuse(start_response)
            try:
                environ["wsgi.input"] = awaited(environ["wsgi.input"])
            finally:
                self._seats.give_back()
        self._places.take()
        try:
            return self._app(environ, start_response)
        finally:
            self._places.give_back()


class Places:
    """Places that are given in the order of asking.

    Not threading.Semaphore or a queue: there a thread that has just given its place back takes it again before those
    that wait have woken up, and under load they wait for seconds.

    Args:
        number: How many there are.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: deque[Lock] = deque()
        self._guard = Lock()

    def take(self, *, wait: bool = True) -> bool:
        """Have a place; False where there is none and nobody wants to wait."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            if not wait:
                return False
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()
        return True

    def give_back(self) -> None:
        """Let the next one have it."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


def may_have_body(environ: "WSGIEnvironment") -> bool:
    """Whether there may be a body; HTTP/2 does not say it in a header."""
    length = environ.get("CONTENT_LENGTH")
    if length is not None:
        return bool(length != "0")
    return "HTTP_TRANSFER_ENCODING" in environ or bool(environ["SERVER_PROTOCOL"] == "HTTP/2")


def awaited(stream: Any) -> io.BytesIO | io.BufferedReader:
    """A body that has come in, or of a long one the beginning.

    Args:
        stream: The server's; `read` waits for as many bytes as it is asked for, or the end.
    """
    first = stream.read(AWAITED)
    return io.BytesIO(first) if len(first) < AWAITED else io.BufferedReader(Continued(first, stream))


class Continued(io.RawIOBase):
    """A body of which the beginning was read already.

    Args:
        first: The beginning.
        rest: What the rest is read from.
    """

    def __init__(self, first: bytes, rest: Any) -> None:
        self._first = io.BytesIO(first)
        self._rest = rest

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as there is something."""
        part = self._first.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


def refuse(start_response: "StartResponse") -> Iterable[bytes]:
    """Send somebody away who would have to be waited for."""
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(CROWDED))), ("Retry-After", "1")]
    start_response("503 SERVICE UNAVAILABLE", headers)
    return [CROWDED]

"""Request bodies: they are received without using a thread or a slot, and within a time limit.

A client has GRACE seconds, and one more for each LEAST_RATE bytes that it has sent. When every seat is taken, the
client address with the most of them loses its oldest, so that slow connections do not lock out others.
"""

import io
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from threading import Event, Lock
from time import monotonic
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import ClientDisconnected

from beastmode.cli.server.pending_request import PendingRequest
from beastmode.cli.server.wire import wire_of
from beastmode.core.addresses import network_of
from beastmode.core.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_GRACE = 10.0
"""The seconds for a body in addition to those for its length; a login needs one packet."""
_LEAST_RATE = 4096
"""The minimum bytes per second of a longer body: a bad mobile connection has ten times as much."""
_SEATS = 256
"""The number of bodies that a process can receive at a time; with IN_MEMORY each, 64 MB."""
_IN_MEMORY = 256 * 1024
"""The bytes of a body that are kept in memory; the rest goes into a temporary file."""
_AWAITED = 16 * 1024 * 1024
"""The bytes to wait for if MAX_CONTENT_LENGTH is not set; the rest of an upload is read by the view."""
_TOO_SLOW = Refusal(408, "The request body arrived too slowly", "request bodies arrived too slowly")
_CUT_SHORT = Refusal(400, "The request body is shorter than its Content-Length")
_CUT_OFF = Refusal(400, "The request body ends before its last chunk, or has trailers")
CROWDED = Refusal(
    503, "Too many requests are being uploaded; try again", "too many request bodies were arriving", retry=1
)

_network = lru_cache(_SEATS)(network_of)  # finding it out costs as much as everything else that a small body does here


class Bodies:
    """Receives bodies, each in a seat.

    Args:
        limit: The maximum size of a body; None for no limit.
        enter: Called with a request whose body has arrived, in a thread that may do work.
        refuse: Called with a refused request, and the reason.
        seats: The number of bodies that are received at a time.
    """

    def __init__(
        self,
        limit: int | None,
        enter: Callable[[PendingRequest], None],
        refuse: Callable[[PendingRequest, Refusal], None],
        seats: int = _SEATS,
    ) -> None:
        self.limit = _AWAITED if limit is None else limit
        self.enter = enter
        self._refuse = refuse
        self._seats = seats
        self._coming: dict[Incoming, None] = {}  # the oldest first
        self._told: list[str] = []
        self._shares: Counter[str] = Counter()
        self._lock = Lock()

    def receive(self, request: PendingRequest) -> None:
        """Receive a body; the request continues when it has arrived."""
        length = request.environ.get("CONTENT_LENGTH")
        incoming = Incoming(self, request, int(length) if length else None)
        if incoming.is_too_long():  # Flask refuses it by its header, and a view that takes more reads it itself
            request.environ["wsgi.input"] = io.BufferedReader(_Rest(request.proto))
            self.enter(request)
            return
        with self._lock:
            crowded_out = self._least_deserving() if len(self._coming) >= self._seats else None
            self._coming[incoming] = None
            self._shares[incoming.network] += 1
        if crowded_out is not None:
            crowded_out.give_up(CROWDED)
        incoming.go_on()

    def leave(self, incoming: "Incoming") -> bool:
        """Release a seat; True if it was still taken: whoever releases it sends the response."""
        with self._lock:
            if incoming not in self._coming:
                return False
            del self._coming[incoming]
            self._shares[incoming.network] -= 1
            if not self._shares[incoming.network]:
                del self._shares[incoming.network]
            return True

    def refuse(self, request: PendingRequest, refusal: Refusal) -> None:
        """Refuse a request, and close its connection a little later: granian would wait for the rest of the body."""
        self._refuse(request, refusal)
        self._told.append(request.client)

    def send_slow_away(self) -> None:
        """Refuse every request whose time is up; called periodically."""
        told, self._told = self._told, []
        for client in told:
            if (wire := wire_of(client)) is not None:
                wire.break_off()
                wire.close()
        now = monotonic()
        for incoming in [one for one in tuple(self._coming) if one.deadline() < now]:
            incoming.give_up(_TOO_SLOW)

    def _least_deserving(self) -> "Incoming":
        most = max(self._shares.values())
        return next(one for one in self._coming if self._shares[one.network] == most)


class Incoming:
    """A body that is being received.

    Args:
        bodies: The receiver whose seat it takes.
        request: The request.
        length: Its length in bytes; None if unknown.
    """

    def __init__(self, bodies: Bodies, request: PendingRequest, length: int | None) -> None:
        self.network = _network(request.environ["REMOTE_ADDR"])
        self._bodies = bodies
        self._request = request
        self._length = length
        self._received = 0
        self._first = b""
        self._file: Any = None
        self._awaited: Any = None
        self._is_cut_off = False

    def is_too_long(self) -> bool:
        """Whether its length alone exceeds the limit."""
        return self._length is not None and self._length > self._bodies.limit

    def deadline(self) -> float:
        """Its deadline, by `time.monotonic()`."""
        return self._request.arrived + _GRACE + self._received / _LEAST_RATE

    def go_on(self) -> None:
        """Read what has arrived, and continue when there is more."""
        chunks = self._request.proto
        if self._awaited is None:
            chunks.__aiter__()
        while True:
            self._awaited = chunk = chunks.__anext__()
            if not chunk.done():
                chunk.add_done_callback(self._came)
                return
            if self._is_over(chunk.result()):
                self._end()
                return

    def give_up(self, refusal: Refusal) -> None:
        """Stop waiting; if the body has not arrived first, refuse the request."""
        if self._bodies.leave(self):
            self._bodies.refuse(self._request, refusal)
            self._awaited.cancel()

    def _came(self, chunk: Any) -> None:
        if chunk.cancelled():
            return
        if self._is_over(chunk.result()):
            self._end()
        else:
            self.go_on()

    def _is_over(self, chunk: bytes) -> bool:
        if not chunk:  # the end, or the client has left
            self._is_cut_off = not _is_at_end(self._request.proto)
            return True
        self._received += len(chunk)
        if self._received <= _IN_MEMORY and self._file is None and not self._first:
            self._first = chunk
        else:
            self._spool(chunk)
        return self._received == self._length or self._received > self._bodies.limit

    def _spool(self, chunk: bytes) -> None:
        if self._file is None:
            self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed with the request
            self._file.write(self._first)
        self._file.write(chunk)

    def _end(self) -> None:
        if not self._bodies.leave(self):
            return
        if self._length is not None and self._received < self._length:
            self._bodies.refuse(self._request, _CUT_SHORT)
            return
        if self._is_cut_off:
            self._bodies.refuse(self._request, _CUT_OFF)
            return
        self._request.environ["wsgi.input"] = self._stream()
        self._bodies.enter(self._request)

    def _stream(self) -> Any:
        if self._file is None:
            return io.BytesIO(self._first)
        self._file.seek(0)
        if self._received > self._bodies.limit:
            return io.BufferedReader(_Rest(self._request.proto, self._file))
        return self._file


class _Rest(io.RawIOBase):
    """A body that is longer than what is waited for; a view reads it while it arrives.

    Args:
        proto: granian's protocol, which passes it on piece by piece.
        first: What has already arrived.
    """

    def __init__(self, proto: Any, first: Any = None) -> None:
        self._proto = proto
        self._first = first
        self._left = memoryview(b"")
        self._has_begun = first is not None
        self._has_ended = False

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what is available.

        Raises:
            ClientDisconnected: Nothing arrived for GRACE seconds, or the body ends too early.
        """
        if self._first is not None and (part := self._first.read(len(buffer))):
            buffer[: len(part)] = part
            return len(part)
        if not self._left and not self._has_ended:
            self._left = memoryview(self._next())
        part = self._left[: len(buffer)]
        self._left = self._left[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _next(self) -> bytes:
        if not self._has_begun:
            self._has_begun = True
            self._proto.__aiter__()
        awaited = self._proto.__anext__()
        if not awaited.done():
            came = Event()
            awaited.add_done_callback(lambda _: came.set())
            if not came.wait(_GRACE):
                awaited.cancel()
                raise ClientDisconnected
        chunk: bytes = awaited.result()
        self._has_ended = not chunk
        if self._has_ended and not _is_at_end(self._proto):
            raise ClientDisconnected
        return chunk


def _is_at_end(proto: Any) -> bool:
    """Whether an empty chunk was the end of the body, and not an error, which granian passes on as an empty chunk, too.

    After the end there is no next chunk; after an error there is. Trailers look like an error, and nobody sends them.

    Args:
        proto: granian's protocol, after an empty chunk.
    """
    try:
        proto.__anext__()
    except StopAsyncIteration:
        return True
    return False


def may_have_body(environ: "WSGIEnvironment") -> bool:
    """Whether a request may have a body."""
    length = environ.get("CONTENT_LENGTH")
    if length is not None:
        return bool(length != "0")
    return "HTTP_TRANSFER_ENCODING" in environ

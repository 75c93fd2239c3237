"""Streamed responses.

A stream does not occupy a slot, because a client that reads slowly would keep it. It uses one of STREAMS instead, or if
those are taken, its own slot.
"""

import logging
from collections.abc import Iterable
from typing import Any

from beastmode.cli.server.pending_request import PendingRequest
from beastmode.cli.server.wire import Wire, wire_of
from beastmode.core.stream import close_body

STREAMS = 64
"""The number of streams of a process in addition to the requests that it handles; each is a thread."""
_PATIENCE = 30.0
"""The seconds without a byte accepted by the client after which a stream is aborted; half of nginx's send_timeout."""
_PIECE = 64 * 1024
"""The bytes that are passed on at a time: granian queues whatever it gets, however slowly the client reads."""

log = logging.getLogger("beastmode")


class _OtherLengthError(Exception):
    """A stream is longer or shorter than it said: the next response on its connection would be taken for a part."""


def send(request: PendingRequest, body: Iterable[bytes]) -> None:
    """Send a complete body; if it fails, or the client reads too slowly, the connection is closed.

    Args:
        request: The request; its response has a status and headers already.
        body: The WSGI body; it is closed at the end.
    """
    wire = wire_of(request.client)
    if wire is None:  # the client has left, so nobody needs it
        close_body(body)
        return
    transport = request.proto.response_stream(request.status, request.headers)
    declared, sent = request.declared_length() if request.has_content() else None, 0
    try:
        for chunk in body:
            sent += len(chunk)
            if declared is not None and sent > declared:
                raise _OtherLengthError(f"its Content-Length is {declared}, but there is more")
            _hand_over(chunk, transport, wire)
        if declared is not None and sent < declared:
            raise _OtherLengthError(f"its Content-Length is {declared}, but it has {sent} bytes")
    except BaseException as error:  # whatever it is, a part must not look like the whole
        wire.break_off()
        if not isinstance(error, TimeoutError | RuntimeError):
            log.exception("%s: the response was cut off", request.environ["PATH_INFO"])
    finally:
        _finish(body, wire)


def _hand_over(chunk: bytes, transport: Any, wire: Wire) -> None:
    """Send one chunk, as fast as the client accepts it.

    Raises:
        TimeoutError: The client has accepted nothing for PATIENCE seconds.
    """
    for start in range(0, len(chunk), _PIECE):
        if not wire.has_room(_PATIENCE):
            raise TimeoutError
        for _ in transport.send_bytes(chunk[start : start + _PIECE]):
            pass


def _finish(body: Iterable[bytes], wire: Wire) -> None:
    """Close a body."""
    try:
        close_body(body)
    except Exception:
        log.exception("closing a stream failed")
        wire.break_off()
    wire.close()

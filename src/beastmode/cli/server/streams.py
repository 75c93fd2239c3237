"""Answers that are sent while they are made.

A stream takes no place of those that work: a client that reads slowly would keep it. It has one of STREAMS of its own,
and where those are taken it keeps the place it has.
"""

import logging
from collections.abc import Iterable
from typing import Any

from beastmode.cli.server.call import Call
from beastmode.cli.server.wire import Wire, wire_of
from beastmode.core.stream import close_body

STREAMS = 64
"""Streams of a process beside the requests that it works on; each is a thread."""
_PATIENCE = 30.0
"""Seconds without a byte taken by the client after which it is given up, as nginx's send_timeout halves."""
_PIECE = 64 * 1024
"""Bytes that are handed over at a time: granian queues whatever it is given, however slowly the client reads."""

log = logging.getLogger("beastmode")


def send(call: Call, body: Iterable[bytes]) -> None:
    """Send a body to its end; one that fails, or whose client reads too slowly, is broken off.

    Args:
        call: The request; its answer has a status and headers already.
        body: WSGI's; it is closed in the end.
    """
    wire = wire_of(call.client)
    if wire is None:  # the client has left, so nobody needs it
        close_body(body)
        return
    transport = call.proto.response_stream(call.status, call.headers)
    try:
        for chunk in body:
            _hand_over(chunk, transport, wire)
    except BaseException as error:  # whatever it is, a part must not look like the whole
        wire.break_off()
        if not isinstance(error, TimeoutError | RuntimeError):
            log.exception("%s: the response was cut off", call.environ["PATH_INFO"])
    finally:
        _finish(body, wire)


def _hand_over(chunk: bytes, transport: Any, wire: Wire) -> None:
    """Send one chunk, as fast as the client takes it.

    Raises:
        TimeoutError: The client has taken nothing for PATIENCE seconds.
    """
    for start in range(0, len(chunk), _PIECE):
        if not wire.has_room(_PATIENCE):
            raise TimeoutError
        for _ in transport.send_bytes(chunk[start : start + _PIECE]):
            pass


def _finish(body: Iterable[bytes], wire: Wire) -> None:
    """Close what a stream held."""
    try:
        close_body(body)
    except Exception:
        log.exception("closing a stream failed")
        wire.break_off()
    wire.close()

"""Refuses new connections on a socket whose existing connections are still accepted."""

import ctypes
import socket
import struct
import sys
from contextlib import suppress

_ATTACH_FILTER = 26
"""Linux's SO_ATTACH_FILTER, for which Python has no constant."""
# A program for the classic packet filter, for a TCP header: (operation, jump if true, jump if false, operand).
_ONLY_WHO_IS_KNOWN = (
    (0x30, 0, 0, 13),  # load the byte with the flags
    (0x54, 0, 0, 0x12),  # keep SYN and ACK
    (0x15, 0, 1, 0x02),  # SYN alone begins a connection
    (0x06, 0, 0, 0),  # drop it
    (0x06, 0, 0, 0xFFFFFFFF),  # take it
)


def turn_away(listener: socket.socket) -> None:
    """Refuse new connections; those that were started can still be accepted.

    Closing a listening socket resets the connections that wait in it, although their clients are connected and have
    sent requests. A refused client retries after a second, and then gets "connection refused". Systems other than Linux
    have no such filter.

    Args:
        listener: The socket.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _ONLY_WHO_IS_KNOWN))
    where = struct.pack("HL", len(_ONLY_WHO_IS_KNOWN), ctypes.addressof(program))
    with suppress(OSError):  # sandboxes that know no filters
        listener.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, where)

"""What the log is told once though it happens a thousand times."""

import logging
from time import monotonic

__all__ = ["tell"]

QUIET_SECONDS = 1.0
"""Between two lines of the same cause: a database that is away refuses thousands of requests a second."""
CAUSES = 1000
"""Causes that are remembered; a program has a few, whatever clients send."""

told: dict[str, float] = {}


def tell(log: logging.Logger, cause: str, message: str, *arguments: object) -> None:
    """Log an error, at most once a second for its cause.

    Args:
        log: Where.
        cause: What is the same for all that are told as one; no text of a client's.
        message: The message, with its places for arguments.
        arguments: The arguments.
    """
    now = monotonic()
    if now - told.get(cause, -QUIET_SECONDS) < QUIET_SECONDS:
        return
    if len(told) >= CAUSES:
        told.clear()
    told[cause] = now
    log.error(message, *arguments)

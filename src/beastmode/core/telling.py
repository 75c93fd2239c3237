"""What the log is told once though it happens a thousand times."""

import logging
from time import monotonic
from urllib.parse import quote

from werkzeug.exceptions import HTTPException

from beastmode.core.exchange import Exchange

__all__ = ["cause_of", "tell", "tell_why"]

QUIET_SECONDS = 1.0
"""Between two lines of the same cause: a database that is away refuses thousands of requests a second."""
CAUSES = 1000
"""Causes that are remembered; a program has a few, whatever clients send."""

LONGEST_CAUSE = 300
"""Characters of what an error says; some drivers repeat the statement."""

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


def tell_why(log: logging.Logger, exchange: Exchange) -> None:
    """Log in one line why a request is refused, at most once a second for its cause.

    Every 503 is told, since the request line cannot say what was missing; others where a cause is known.

    Args:
        log: Where.
        exchange: The request, its status known.
    """
    if exchange.cause is None or exchange.status < 400 or not (exchange.cause or exchange.status == 503):
        return
    cause = exchange.cause or "the application gave no reason"
    about = (exchange.environ["REQUEST_METHOD"], as_logged(exchange.path), exchange.status, cause)
    tell(log, exchange.cause or f"{exchange.route}: {cause}", "%s %s returned %s: %s", *about)


def cause_of(error: BaseException) -> str:
    """Why something cannot be done now, in one line: what the driver said, without SQL or parameters.

    Args:
        error: The error, SQLAlchemy's wrapper of one, or an HTTP error that was raised from one.
    """
    error = (error.__cause__ or error) if isinstance(error, HTTPException) else error
    found = getattr(error, "orig", None) or error
    text = (found.description or "") if isinstance(found, HTTPException) else str(found)
    said = text.strip().splitlines()
    return f"{type(found).__name__}: {said[0][:LONGEST_CAUSE] if said else 'no message'}"


def as_logged(path: str) -> str:
    """A path that stays on one line, and short."""
    return quote(path[:200], safe="/~!$&'()*+,;:@=-._")

"""Log messages that are written once, even if they occur a thousand times."""

import logging
from time import monotonic
from urllib.parse import quote

from werkzeug.exceptions import HTTPException

from beastmode.core.exchange import Exchange

QUIET_SECONDS = 1.0
"""The seconds between two lines with the same cause: without a database, thousands of requests per second fail."""
_CAUSES = 1000
"""The number of causes that are remembered; a program has a few, whatever clients send."""

_LONGEST_CAUSE = 300
"""The maximum length of an error message; some drivers repeat the statement."""

told: dict[str, float] = {}


def tell(log: logging.Logger, cause: str, message: str, *arguments: object) -> None:
    """Log an error, at most once per second for each cause.

    Args:
        log: The logger.
        cause: What identifies the cause; never text from a client.
        message: The message, with placeholders for the arguments.
        arguments: The arguments.
    """
    now = monotonic()
    if now - told.get(cause, -QUIET_SECONDS) < QUIET_SECONDS:
        return
    if len(told) >= _CAUSES:
        told.clear()
    told[cause] = now
    log.error(message, *arguments)


def tell_why(log: logging.Logger, exchange: Exchange) -> None:
    """Log in one line why a request was refused, at most once per second for each cause.

    Every 503 is logged, because the request line cannot give the reason; others if the cause is known.

    Args:
        log: The logger.
        exchange: The request, with its status.
    """
    if exchange.cause is None or exchange.status < 400 or not (exchange.cause or exchange.status == 503):
        return
    cause = exchange.cause or "the application gave no reason"
    about = (exchange.environ["REQUEST_METHOD"], _as_logged(exchange.path), exchange.status, cause)
    tell(log, exchange.cause or f"{exchange.route}: {cause}", "%s %s returned %s: %s", *about)


def cause_of(error: BaseException) -> str:
    """Why something cannot be done now, in one line: the driver's message, without SQL and parameters.

    Args:
        error: The exception, SQLAlchemy's wrapper around it, or an HTTP exception that was raised from it.
    """
    error = (error.__cause__ or error) if isinstance(error, HTTPException) else error
    cause = getattr(error, "orig", None) or error
    text = (cause.description or "") if isinstance(cause, HTTPException) else str(cause)
    said = text.strip().splitlines()
    return f"{type(cause).__name__}: {said[0][:_LONGEST_CAUSE] if said else 'no message'}"


def _as_logged(path: str) -> str:
    """A path as one line, truncated."""
    return quote(path[:200], safe="/~!$&'()*+,;:@=-._")

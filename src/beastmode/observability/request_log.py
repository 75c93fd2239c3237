"""One line for each request.

Written directly to its destination: a line costs 3 us, and 7 with structlog, both without the write itself.
"""

import logging
from collections.abc import Callable
from time import perf_counter

import orjson

from beastmode.core.exchange import Exchange
from beastmode.observability.destination import Destination
from beastmode.observability.escaping import as_asked, word
from beastmode.observability.lines import json_line, timestamp
from beastmode.observability.settings import LogSettings


def request_logger(settings: LogSettings, destination: Destination) -> Callable[[Exchange], None]:
    """An observer for the middleware that writes a line for every request except health checks.

    Args:
        settings: LOG_LEVEL and LOG_FORMAT are used; a request is INFO, or ERROR if the response is 5xx.
        destination: Where the lines go.
    """
    lowest = logging.getLevelNamesMapping()[settings.log_level]
    lowest_status = 0 if lowest <= logging.INFO else 500 if lowest <= logging.ERROR else 1000
    line = json_request if settings.log_format == "json" else text_request
    write = destination.write

    def log_request(exchange: Exchange) -> None:
        path = exchange.path
        if exchange.status < lowest_status or path == "/health" or path.startswith("/health/"):
            return
        write(line(exchange))

    return log_request


def text_request(exchange: Exchange) -> bytes:
    """The line for people: `key=value`, with values quoted if they are not plain."""
    milliseconds = (perf_counter() - exchange.started) * 1000
    address = exchange.environ.get("REMOTE_ADDR") or "unknown"
    caller = f"address:{address}" if exchange.identity is None else exchange.identity.key
    return (
        f"{timestamp()} {'ERROR' if exchange.status >= 500 else 'INFO'} request"
        f" method={word(exchange.environ['REQUEST_METHOD'])} path={as_asked(exchange.path) or '-'}"
        f" route={word(exchange.route or '-')} status={exchange.status} milliseconds={milliseconds:.2f}"
        f" bytes={exchange.sent} request_id={exchange.request_id}"
        f" caller={word(caller)} address={word(address)}"
        f"{' deprecated=true' if exchange.deprecated else ''}\n"
    ).encode()


def json_request(exchange: Exchange) -> bytes:
    """The line for machines: one JSON object."""
    milliseconds = round((perf_counter() - exchange.started) * 1000, 2)
    address = exchange.environ.get("REMOTE_ADDR") or "unknown"
    caller = f"address:{address}" if exchange.identity is None else exchange.identity.key
    fields = {
        "time": timestamp(),
        "level": "error" if exchange.status >= 500 else "info",
        "event": "request",
        "method": word(exchange.environ["REQUEST_METHOD"]),
        "path": as_asked(exchange.path),
        "route": exchange.route or None,
        "status": exchange.status,
        "milliseconds": milliseconds,
        "bytes": exchange.sent,
        "request_id": exchange.request_id,
        "caller": word(caller),
        "address": word(address),
    }
    if exchange.deprecated:
        fields["deprecated"] = True
    try:
        return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a rule with a lone surrogate
        return f"{json_line(fields)}\n".encode()

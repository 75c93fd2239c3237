"""Streamed response bodies."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from beastmode.core.exchange import Exchange

_END: Any = object()
"""What comes after the last part; not None, because a body that yields None is an error, and not at its end."""
log = logging.getLogger("beastmode")


class Stream:
    """A streamed body whose first part has been produced; observed once, when it ends or the server closes it.

    WSGI sends no headers before the first part, so a stream that fails before it gets an ordinary error response. If it
    fails later, it raises, and the server has to close the connection: a part must not look like the whole.

    Args:
        body: The body from the application.
        exchange: The exchange that it belongs to.
        observe: Called with the exchange at the end.
        pauses: Each is called before a part is sent.
    """

    def __init__(
        self,
        body: Iterable[bytes],
        exchange: Exchange,
        observe: Callable[[Exchange], None],
        pauses: Sequence[Callable[[], None]],
    ) -> None:
        self._body = body
        self._exchange = exchange
        self._observe = observe
        self._pauses = pauses
        self._is_observed = False
        try:
            self._parts = iter(body)
            self._first = next((part for part in self._parts if len(part)), _END)
            self._pause()
        except BaseException:
            close_body(body)
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            part = self._first
            while part is not _END:
                self._exchange.sent += len(part)
                yield part
                part = next(self._parts, _END)
                self._pause()
        except Exception:
            # The status line has been sent already: only the log can still show that the response was cut off.
            log.exception("Request %s: the response was cut off", self._exchange.request_id)
            self._exchange.status = 500
            raise
        self._end()

    def close(self) -> None:
        """Close the wrapped body, and call the observers in any case."""
        try:
            close_body(self._body)
        finally:
            self._end()

    def _pause(self) -> None:
        for pause in self._pauses:
            pause()

    def _end(self) -> None:
        if not self._is_observed:
            self._is_observed = True
            self._observe(self._exchange)


def close_body(body: Iterable[bytes]) -> None:
    """Close a body (PEP 3333).

    Args:
        body: The body from an application.
    """
    if (close := getattr(body, "close", None)) is not None:
        close()

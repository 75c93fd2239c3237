"""A body that is sent while it is made."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence

from beastmode.core.exchange import Exchange

__all__ = ["Stream", "close_body"]

log = logging.getLogger("beastmode")


class Stream:
    """A streamed body, its first part made; observed once, when it has ended or when the server closes it before.

    WSGI sends no header before the first part, so that a stream which fails before it is answered like any request.
    One that fails later raises, and the server has to break the connection: a part must not look like the whole.

    Args:
        body: The application's.
        exchange: Whose answer it is.
        observe: Is told of the exchange in the end.
        pauses: Each is called before a part goes out.
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
            self._first = next((part for part in self._parts if part), None)
            self._pause()
        except BaseException:
            close_body(body)
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            part = self._first
            while part is not None:
                self._exchange.sent += len(part)
                yield part
                part = next(self._parts, None)
                self._pause()
        except Exception:
            # The status line is gone already: only the log can still tell that the answer is cut short.
            log.exception("Request %s: the response was cut off", self._exchange.request_id)
            self._exchange.status = 500
            raise
        self._end()

    def close(self) -> None:
        """Close the wrapped body, and tell the observers whatever happens."""
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
    """Tell a body that it is not needed any more (PEP 3333).

    Args:
        body: An application's.
    """
    if (close := getattr(body, "close", None)) is not None:
        close()

"""A limit of time for what the project's code does in one call."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import Any, Iterator

__all__ = ["TooLong", "within"]


class TooLong(BaseException):
    """A call took longer than it may; no `except Exception` of the project swallows it."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Ends what takes longer, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

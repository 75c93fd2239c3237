"""Keeps the project's code from waiting for what the guard has just refused."""

from __future__ import annotations

import time
from _thread import get_ident

from . import confinement

__all__ = ["shorten_waits"]

SHORTEST = 0.001
"""Seconds; not 0, so that other threads get their turn."""


def shorten_waits() -> None:
    """Makes a `time.sleep` that follows a refused connection short.

    Clients of caches, brokers and storages try again, and wait longer each time; here every try is in vain, and an
    application that asks for ten keys would not have started after a minute. Only the thread that starts the
    application is hurried: a loop in the background would take the processor from it.
    """
    wait, thread = time.sleep, get_ident()

    def sleep(seconds: float) -> None:
        current = confinement.current()
        if current.refused and get_ident() == thread:
            current.refused = False
            seconds = min(seconds, SHORTEST)
        wait(seconds)

    time.sleep = sleep

"""Whether the project draws random numbers while it starts."""

from __future__ import annotations

import os
import random
from typing import Any

__all__ = ["drawn", "watch"]

BEFORE: list[Any] = []
DRAWN: list[int] = []


def watch() -> None:
    """Takes down from now on whether anything asks `os.urandom` (`secrets`, `uuid4`) or the module `random`."""
    original = os.urandom

    def urandom(size: int, /) -> bytes:
        DRAWN.append(size)
        return original(size)

    os.urandom = urandom
    setattr(random, "_urandom", urandom)  # noqa: B010 - what SystemRandom has imported, so `secrets` too; mypy knows no such name
    BEFORE.append(random.getstate())


def drawn() -> bool:
    """Whether anything was drawn since."""
    return bool(DRAWN) or random.getstate() not in BEFORE

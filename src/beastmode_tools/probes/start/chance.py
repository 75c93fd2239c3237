"""Whether the project draws random numbers while it starts."""

from __future__ import annotations

import functools
import os
import random
import sys
from typing import Any, Callable

from . import sources

__all__ = ["drawn", "watch"]

DRAWN: list[str] = []
STANDARD = os.path.dirname(os.__file__) + os.sep


def watch() -> None:
    """Takes down from now on when the project asks `os.urandom` (`secrets`, `uuid4`) or the module `random`."""
    urandom = watched(os.urandom)
    os.urandom = urandom
    setattr(random, "_urandom", urandom)  # noqa: B010 - what SystemRandom has imported, so `secrets` too; mypy knows no such name
    for name, function in list(vars(random).items()):
        if isinstance(getattr(function, "__self__", None), random.Random):
            setattr(random, name, watched(function))


def watched(original: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is noted down whenever the project's own code calls it, also by way of the standard library."""

    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        if not DRAWN and is_asked_by_project():
            DRAWN.append(getattr(original, "__name__", ""))
        return original(*arguments, **named)

    return call


def is_asked_by_project() -> bool:
    """Whether the nearest caller outside the standard library is the project.

    What an installed package draws for itself, such as numbers for its objects while it is imported, decides nothing
    that the project shows.
    """
    frame = sys._getframe(2)
    while frame is not None:
        path = frame.f_code.co_filename
        if sources.is_own(path):
            return True
        if not is_of_python(path):
            return False
        frame = frame.f_back
    return False


def is_of_python(path: str) -> bool:
    """Whether a file belongs to the standard library; a package may be installed anywhere, as an editable one is."""
    is_package = any(part in path for part in sources.PACKAGES)
    return path.startswith("<") or path == __file__ or (path.startswith(STANDARD) and not is_package)


def drawn() -> bool:
    """Whether the project has drawn anything since."""
    return bool(DRAWN)

"""One change to a project at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beastmode_tools.errors import CouldNotRun

__all__ = ["one_at_a_time"]


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Holds the project's lock, which ends with the process, however that ends.

    Raises:
        CouldNotRun: Another command holds it.
    """
    place = folder / ".beast"
    place.mkdir(exist_ok=True)
    number = os.open(place / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CouldNotRun("another beast command is changing this project. Run this again when it ends.") from None
        yield
    finally:
        os.close(number)

"""The one folder in which a question keeps all of its files, so that nothing of it stays, whatever ends it."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["private_folder"]

PREFIX = "beast-check-"
YOUNG = 5.0  # seconds in which a folder may be made and not held yet


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that goes when the block ends; all temporary files of this process are made in it until then.

    It is held by a lock that ends with the process, so that the next run sees which ones a killed run has left.
    """
    remove_abandoned()
    usual = tempfile.tempdir
    place = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    held = hold(place)
    try:
        (place / "temporary").mkdir()
        tempfile.tempdir = str(place / "temporary")
        yield place
    finally:
        tempfile.tempdir = usual
        shutil.rmtree(place, ignore_errors=True)
        if held is not None:
            os.close(held)


def remove_abandoned() -> None:
    """Removes the folders of ours that nobody holds any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            status = folder.lstat()
            if folder.is_symlink() or status.st_uid != os.getuid() or time.time() - status.st_mtime < YOUNG:
                continue
            held = hold(folder)
            if held is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)


def hold(folder: Path) -> int | None:
    """The lock of a folder; None where somebody else has it."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        return None
    return number

"""The state of tags, for all processes of an application on one machine: numbers in a file that each of them maps."""

import fcntl
import hashlib
import logging
import mmap
import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from random import getrandbits
from struct import Struct
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from beastmode.cache.entry import Tokens

_SLOTS = 4096
"""Two tags that share a number only drop each other's entries; with a hundred tags, one pair of them does."""
_WORD = Struct("=Q")
_SIZE = _WORD.size * (1 + _SLOTS)
_LOOK_EVERY = 1.0
"""Seconds between looks whether the file is still there: some systems clean folders of temporary files."""
_OTHERS = 0o077
log = logging.getLogger("beastmode")


@lru_cache(maxsize=4096)
def _place(tag: str) -> int:
    """Where the number of a tag begins."""
    digest = hashlib.blake2b(tag.encode(), digest_size=8).digest()
    return _WORD.size * (1 + int.from_bytes(digest, "big") % _SLOTS)


class Generations:
    """A number for each tag, which is another one after the tag was dropped.

    Args:
        path: The file; None for numbers of this process alone.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = Lock()
        self._identity: tuple[int, int] | None = None
        self._map: mmap.mmap | bytearray = _alone()
        self._looked = monotonic()
        if path is not None:
            self._open(path)

    def read(self, tags: Iterable[str]) -> "Tokens":
        """The state of some tags.

        Args:
            tags: The tags.
        """
        if self._path is not None and monotonic() - self._looked > _LOOK_EVERY:
            self._look_again()
        words = self._map
        # The first word names the file: the numbers in another one say nothing about those in this one.
        name = words[:8]
        return tuple([bytes(name + words[place : place + 8]) for place in map(_place, tags)])

    def bump(self, tags: Iterable[str]) -> None:
        """Change the state of some tags.

        Args:
            tags: The tags.
        """
        if self._path is not None:
            self._look_again()
        for tag in tags:
            # Random rather than counted: two processes at once need no lock, since either value is another than before.
            _WORD.pack_into(self._map, _place(tag), getrandbits(64))

    def _look_again(self) -> None:
        """Open the file anew if another one, or none, is at its place."""
        self._looked = monotonic()
        if self._path is None or self._identity is None or _identity(self._path) == self._identity:
            return
        with self._lock:
            if _identity(self._path) != self._identity:
                self._open(self._path)

    def _open(self, path: Path) -> None:
        try:
            file = _opened(path)
            try:
                self._identity = _identity(file)
                self._map = mmap.mmap(file, _SIZE)
            finally:
                os.close(file)
        except OSError as error:
            self._identity = None
            self._map = _alone()
            log.warning(
                "Cache: %s cannot be used (%s). This process does not notice when others drop tags, and may return old "
                "entries until they time out; make the folder writable, or set CACHE_TYPE=redis.",
                path, error,
            )  # fmt: skip


def generations_file(name: str) -> Path | None:
    """The file that the processes of an application share; None if there is no folder that only they can write to.

    Args:
        name: Tells the application from others.
    """
    folder = Path(tempfile.gettempdir()) / f"beastmode-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        log.warning("Cache: the folder %s cannot be used: %s.", folder, error)
        return None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & _OTHERS:
        log.warning("Cache: the folder %s does not belong to this user alone, so it is not used.", folder)
        return None
    return folder / f"cache-{hashlib.blake2b(name.encode(), digest_size=12).hexdigest()}"


def _alone() -> bytearray:
    """Numbers of this process, whose first word is its own."""
    return bytearray(os.urandom(_WORD.size) + bytes(_SIZE - _WORD.size))


def _opened(path: Path) -> int:
    """A descriptor of the file, which has its size and its name afterwards."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with _locked(file):
        if os.fstat(file).st_size != _SIZE:
            os.ftruncate(file, 0)
            os.ftruncate(file, _SIZE)
            os.pwrite(file, os.urandom(_WORD.size), 0)
    return file


def _identity(file: int | Path) -> tuple[int, int] | None:
    """What tells a file from any other one; None if it does not exist."""
    try:
        found = os.stat(file)  # noqa: PTH116 - of a descriptor too
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def _locked(file: int) -> "Iterator[None]":
    """Keep other processes from preparing the file at the same time."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)

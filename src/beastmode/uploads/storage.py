"""What a storage of files can do, and how its failures are answered."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from beastmode.core.errors import Problem

log = logging.getLogger("beastmode")

FILES, PARTS = "files", "parts"
"""The first parts of keys: of uploads and their thumbnails, and of what has arrived of resumable uploads."""


@dataclass(frozen=True)
class Sent:
    """How a storage that sends files itself sends one of them.

    Attributes:
        media_type: Its Content-Type.
        disposition: Its Content-Disposition.
    """

    media_type: str
    disposition: str


class Storage(Protocol):
    """Stores files by key; a key has letters, digits, hyphens, dots and slashes, and nothing that a client chose.

    Every method but `url` raises Problem(503) if the storage is unavailable.
    """

    workspace: Path
    """A private folder on this machine, for files that are being received or processed."""

    def put(self, key: str, source: Path, sent: Sent) -> None:
        """Store a file, whole or not at all, and remove the source; a file with the same key is replaced."""

    def open(self, key: str) -> BinaryIO:
        """A stored file, to be read from any position; FileNotFoundError if there is none."""

    def delete(self, keys: list[str]) -> None:
        """Delete files; missing ones are ignored."""

    def keys(self, before: datetime) -> Iterator[list[str]]:
        """The keys of the files that were stored before a time, some at a time."""

    def url(self, key: str, seconds: int) -> str | None:
        """A URL from which anyone can download the file for some time; None if the storage has none."""

    def check(self) -> None:
        """Do nothing if the storage can be used."""


def key_of(upload_id: str, thumbnail: int | None = None) -> str:
    """The key of an upload, or of one of its thumbnails.

    Args:
        upload_id: The upload.
        thumbnail: The size of the thumbnail.
    """
    return f"{FILES}/{upload_id}" if thumbnail is None else f"{FILES}/{upload_id}.{thumbnail}"


def unavailable(error: Exception) -> Problem:
    """The response while files cannot be stored or read; the reason is logged.

    Args:
        error: What the storage or the file system reported.
    """
    log.error("The storage of uploads is unavailable: %s", str(error).partition("\n")[0] or type(error).__name__)
    return Problem(503, "Files cannot be stored or read at the moment; try again", headers={"Retry-After": "5"})


def private_folder(folder: Path) -> Path:
    """A folder in one that only the user of this process can open; both are created unless they are there.

    Args:
        folder: Its path.
    """
    folder.parent.parent.mkdir(parents=True, exist_ok=True)
    folder.parent.mkdir(mode=0o700, exist_ok=True)  # with parents=True, Python would ignore the mode
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder

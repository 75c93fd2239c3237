"""A file while it is received: counted, hashed and written, never held in memory."""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import Any

from beastmode.core.errors import Problem
from beastmode.uploads.storage import private_folder, unavailable

_HEAD_BYTES = 8192
"""The first bytes that are kept to find out what a file is; puremagic needs less."""


class FileOnArrival(io.RawIOBase):
    """A file that is being received, in a folder that only this process can read; see `discard`.

    Args:
        folder: The folder.
        most: The maximum number of bytes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        super().__init__()
        self.size = 0
        self.head = b""
        self._most = most
        self._hash = hashlib.sha256()
        try:
            number, name = tempfile.mkstemp(dir=private_folder(folder))
        except OSError as error:
            raise unavailable(error) from error
        self.path = Path(name)
        self._number = number

    def writable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True, because Werkzeug moves to the beginning of a file that has arrived."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Nothing: the file is only written here."""
        return offset + whence * 0

    def write(self, data: Any) -> int:
        """Append bytes.

        Raises:
            Problem: 413 if the file is too large, 503 if the disk is full.
        """
        self.size += len(data)
        if self.size > self._most:
            raise too_large(self._most)
        if len(self.head) < _HEAD_BYTES:
            self.head += bytes(data[: _HEAD_BYTES - len(self.head)])
        self._hash.update(data)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._number, rest) :]
        except OSError as error:
            raise unavailable(error) from error
        return len(data)

    @property
    def sha256(self) -> str:
        """The SHA-256 of what has arrived, as hexadecimal digits."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Stop writing; the file stays."""
        if not self.closed:
            os.close(self._number)
        super().close()

    def discard(self) -> None:
        """Close and delete the file, unless it has been moved."""
        self.close()
        self.path.unlink(missing_ok=True)


def too_large(most: int) -> Problem:
    """The response to a file that is too large.

    Args:
        most: The maximum number of bytes.
    """
    return Problem(413, f"The file has more than {most} bytes.")

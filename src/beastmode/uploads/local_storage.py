"""Files in a folder of this machine, which nobody else on it can read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from beastmode.uploads.storage import Sent, private_folder, unavailable

_AT_ONCE = 1000


class LocalStorage:
    """Stores files below a folder.

    Args:
        folder: The folder; it is created when something is stored.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = folder / "incoming"

    def put(self, key: str, source: Path, sent: Sent) -> None:  # noqa: ARG002 - it sends nothing itself
        """See `Storage`. A renamed file is whole, and is still there after a power failure."""
        path = self._path(key)
        with _reported():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with source.open("rb") as written:
                os.fsync(written.fileno())
            source.replace(path)
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def open(self, key: str) -> BinaryIO:
        """See `Storage`."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise unavailable(error) from error

    def delete(self, keys: list[str]) -> None:
        """See `Storage`."""
        with _reported():
            for key in keys:
                self._path(key).unlink(missing_ok=True)

    def keys(self, before: datetime) -> Iterator[list[str]]:
        """See `Storage`. Files that were left in the workspace, by a process that was killed, are deleted as well."""
        with _reported():
            for left in private_folder(self.workspace).iterdir():
                if _is_older(left, before):
                    left.unlink(missing_ok=True)
            found: list[str] = []
            for path in self.folder.glob("*/??/*"):
                if _is_older(path, before):
                    found.append(f"{path.parts[-3]}/{path.name}")
                if len(found) == _AT_ONCE:
                    yield found
                    found = []
            if found:
                yield found

    def url(self, key: str, seconds: int) -> None:
        """None: the application sends the files."""

    def check(self) -> None:
        """See `Storage`."""
        with _reported():
            private_folder(self.workspace)
            if not os.access(self.folder, os.W_OK):
                raise PermissionError(f"{self.folder} cannot be written")

    def _path(self, key: str) -> Path:
        kind, _, name = key.partition("/")
        return self.folder / kind / name[:2] / name


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False  # deleted meanwhile


@contextmanager
def _reported() -> Iterator[None]:
    """Answer what the file system refuses with 503."""
    try:
        yield
    except OSError as error:
        raise unavailable(error) from error

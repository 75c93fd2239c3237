"""Files in a bucket: of S3, of a server that speaks its protocol, of Google or of Azure."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self, cast
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from beastmode.uploads.settings import UploadSettings
from beastmode.uploads.storage import Sent, unavailable

_PART = 8 * 1024 * 1024
"""Larger files are sent in parts of this size, of which two are in memory."""
_PARTS_AT_ONCE = 2
_BUFFER = 1024 * 1024
_AT_ONCE = 1000
_PATIENCE = {
    "max_retries": 2,
    "retry_timeout": timedelta(seconds=10),
    "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
}
"""A storage that is away costs a request seconds, not the three minutes of obstore's defaults."""


class ObjectStorage:
    """Stores files in a bucket.

    Args:
        store: obstore's store.
        workspace: The folder for files that are being received.
    """

    def __init__(self, store: Any, workspace: Path) -> None:
        self._store = store
        self.workspace = workspace

    def put(self, key: str, source: Path, sent: Sent) -> None:
        """See `Storage`."""
        attributes = {"Content-Type": sent.media_type, "Content-Disposition": sent.disposition}
        with _reported():
            obstore.put(
                self._store, key, source, attributes=attributes, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE
            )
        source.unlink(missing_ok=True)

    def open(self, key: str) -> BinaryIO:
        """See `Storage`."""
        with _reported():
            return cast("BinaryIO", _StoredFile(obstore.open_reader(self._store, key, buffer_size=_BUFFER)))

    def delete(self, keys: list[str]) -> None:
        """See `Storage`."""
        with _reported():
            for key in keys:
                try:
                    obstore.delete(self._store, key)
                except FileNotFoundError:
                    continue

    def keys(self, before: datetime) -> Iterator[list[str]]:
        """See `Storage`."""
        with _reported():
            for found in obstore.list(self._store, chunk_size=_AT_ONCE):
                old = [each["path"] for each in found if each["last_modified"] < before]
                if old:
                    yield old

    def url(self, key: str, seconds: int) -> str | None:
        """See `Storage`."""
        with _reported():
            return obstore.sign(self._store, "GET", key, timedelta(seconds=seconds))

    def check(self) -> None:
        """See `Storage`."""
        with _reported():
            next(iter(obstore.list(self._store, chunk_size=1)), None)


class _StoredFile:
    """A stored file, for Werkzeug.

    Args:
        file: obstore's reader.
    """

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        with _reported():
            return bytes(self._file.read(size if size >= 0 else None))

    def seekable(self) -> bool:
        """True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to a position."""
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """The position."""
        return int(self._file.tell())

    def close(self) -> None:
        """Stop reading."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def object_storage(settings: UploadSettings, workspace: Path) -> ObjectStorage:
    """The storage at STORAGE_URL.

    Args:
        settings: The STORAGE_ settings.
        workspace: The folder for files that are being received.
    """
    url = settings.storage_url or ""
    given = {
        "endpoint": settings.storage_endpoint,
        "region": settings.storage_region,
        "access_key_id": settings.storage_access_key,
        "secret_access_key": settings.storage_secret_key,
    }
    config: Any = {name: value for name, value in given.items() if value} if urlsplit(url).scheme == "s3" else {}
    options: Any = {"connect_timeout": timedelta(seconds=2), "timeout": timedelta(seconds=60)}
    options["allow_http"] = (settings.storage_endpoint or "").startswith("http://")
    retries: Any = _PATIENCE
    return ObjectStorage(from_url(url, config=config, client_options=options, retry_config=retries), workspace)


@contextmanager
def _reported() -> Iterator[None]:
    """Answer what the storage refuses with 503."""
    try:
        yield
    except FileNotFoundError:
        raise
    except (BaseError, OSError, ValueError) as error:
        raise unavailable(error) from error

"""Processes uploaded files, by a job: scans them, removes the metadata of images, and makes thumbnails."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from beastmode.core.background import Task, report_progress
from beastmode.core.errors import Problem
from beastmode.db import transaction
from beastmode.db.session import current_work
from beastmode.uploads.bodies import write_all
from beastmode.uploads.deleting import delete_files
from beastmode.uploads.images import THUMBNAIL_TYPE, ImageError, rewrite, size_of, write_thumbnail
from beastmode.uploads.incoming import FileOnArrival
from beastmode.uploads.kinds import IMAGES, kind_of, refuse_other
from beastmode.uploads.models import PROCESSING, READY, REJECTED, Upload
from beastmode.uploads.names import display_name, disposition_of
from beastmode.uploads.service import Service, current_service
from beastmode.uploads.storage import Sent, key_of

_BLOCK = 1024 * 1024


class _RejectedError(Exception):
    """The file must not be used; the message is for its owner."""


def process_file_upload(upload_id: str, thumbnails: Sequence[int] = (), types: Sequence[str] = ()) -> dict[str, Any]:
    """Process an uploaded file: join what arrived in parts, scan it, and rewrite an image. Called by a job.

    It can run again after a crash at any point: the row changes at the end, and only then is the file sent to anyone.

    Args:
        upload_id: The upload.
        thumbnails: The sizes of the thumbnails of an image.
        types: The accepted media types, of what arrived in parts.

    Returns:
        `{"success": True, "processed_file": upload_id}`, or `{"success": False, "error": ...}` for a rejected file.

    Raises:
        Problem: The storage is unavailable.
    """
    service = current_service()
    upload = current_work().execute(select(*_COLUMNS).where(Upload.id == upload_id)).first()
    if upload is None or upload.status != PROCESSING:
        return {"success": True, "processed_file": upload_id}
    try:
        with _copy_of(service, upload) as file:
            report_progress(0.3, "received")
            values = _processed(service, upload, file, tuple(thumbnails), tuple(types))
    except (_RejectedError, ImageError) as error:
        reason = str(error)[:200]
        _finish(upload, {"status": REJECTED, "reason": reason, "size": 0, "parts": []}, [key_of(upload_id)])
        return {"success": False, "error": reason}
    _finish(upload, {**values, "status": READY, "parts": []}, [])
    return {"success": True, "processed_file": upload_id}


_COLUMNS = (Upload.id, Upload.status, Upload.name, Upload.media_type, Upload.parts)


@contextmanager
def _copy_of(service: Service, upload: Any) -> Iterator[FileOnArrival]:
    """The file on this machine; it is deleted at the end.

    Raises:
        _RejectedError: The file is missing.
    """
    file = FileOnArrival(service.storage.workspace, 2**63)
    try:
        for key in upload.parts or [key_of(upload.id)]:
            try:
                with service.storage.open(key) as stored:
                    write_all(stored, file)
            except FileNotFoundError:
                raise _RejectedError("The file is missing.") from None
        file.close()
        yield file
    finally:
        file.discard()


def _processed(
    service: Service, upload: Any, file: FileOnArrival, thumbnails: tuple[int, ...], types: tuple[str, ...]
) -> dict[str, Any]:
    """Process a file, and return what its row says of it then.

    Raises:
        _RejectedError: The file must not be used.
        ImageError: It is not a valid image.
    """
    values: dict[str, Any] = {}
    media_type, name = upload.media_type, upload.name
    if upload.parts:
        media_type = _type_of(file, media_type, types)
        name = display_name(name, media_type)
        values = {"media_type": media_type, "name": name, "size": file.size, "sha256": file.sha256}
    if service.scan is not None and (found := service.scan(file.path)):
        raise _RejectedError(found)
    report_progress(0.5, "scanned")
    sent = Sent(media_type, disposition_of(name, media_type))
    if media_type in IMAGES:
        return values | _rewritten(service, upload.id, file.path, sent, thumbnails)
    if upload.parts:
        service.storage.put(key_of(upload.id), file.path, sent)
    return values


def _type_of(file: FileOnArrival, declared: str, types: tuple[str, ...]) -> str:
    """The type of a file that arrived in parts, if it is accepted.

    Raises:
        _RejectedError: It is not.
    """
    try:
        media_type = kind_of(file.path, file.head, declared)
        refuse_other(media_type, types)
    except Problem as problem:
        details = (problem.details or {}).get("file", [])
        raise _RejectedError(details[0] if details else str(problem.description)) from None
    return media_type


def _rewritten(service: Service, upload_id: str, path: Path, sent: Sent, thumbnails: tuple[int, ...]) -> dict[str, Any]:
    """Store an image without its metadata, and its thumbnails; what its row says of it then."""
    most, storage = service.settings.upload_max_pixels, service.storage
    clean = path.with_name(f"{path.name}.clean")
    small = path.with_name(f"{path.name}.small")
    try:
        size_of(path, sent.media_type, most)
        size = rewrite(path, clean, sent.media_type, most)
        values = {"width": size.width, "height": size.height, "size": clean.stat().st_size, "sha256": _digest(clean)}
        report_progress(0.7, "rewritten")
        made = []
        for longest in thumbnails:
            drawn = write_thumbnail(clean, small, sent.media_type, longest)
            made.append({"longest": longest, "width": drawn.width, "height": drawn.height})
            storage.put(key_of(upload_id, longest), small, Sent(THUMBNAIL_TYPE, "inline"))
        storage.put(key_of(upload_id), clean, sent)
    finally:
        clean.unlink(missing_ok=True)
        small.unlink(missing_ok=True)
    report_progress(0.9, "stored")
    return {**values, "thumbnails": made}


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _finish(upload: Any, values: dict[str, Any], doomed: list[str]) -> None:
    """Change the row, and delete the files that are not needed any more after the commit.

    If the upload has been deleted meanwhile, what was stored is deleted with other files that belong to nothing.
    """
    with transaction():
        statement = update(Upload).where(Upload.id == upload.id, Upload.status == PROCESSING)
        current_work().execute(statement.values(**values))
        delete_files([*doomed, *upload.parts])


def process_task(limit: int) -> Task:
    """The task that processes a file.

    Args:
        limit: The maximum number of files that are processed at the same time.
    """
    return Task("beastmode.uploads.process_file_upload", process_file_upload, queue="uploads", backoff=5, limit=limit)

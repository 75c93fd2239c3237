"""Sends stored files: whole or in ranges, and so that no browser runs anything that is in them."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flask import Response, request
from werkzeug.wsgi import wrap_file

from beastmode.core.errors import Problem
from beastmode.uploads.images import THUMBNAIL_TYPE
from beastmode.uploads.models import READY, Upload
from beastmode.uploads.names import POLICY, disposition_of
from beastmode.uploads.service import current_service
from beastmode.uploads.storage import key_of


@dataclass(frozen=True)
class Sendable:
    """What the headers of a file are made of: the columns of its row.

    Attributes:
        id: The ID of the upload.
        status: Its status.
        name: Its name.
        media_type: Its type.
        size: Its size in bytes.
        sha256: The SHA-256 of its content.
        thumbnails: Its thumbnails.
    """

    id: str
    status: str
    name: str
    media_type: str
    size: int
    sha256: str | None
    thumbnails: list[Any]

    COLUMNS: ClassVar[tuple[Any, ...]] = (
        Upload.id, Upload.status, Upload.name, Upload.media_type, Upload.size, Upload.sha256, Upload.thumbnails,
    )  # fmt: skip


def send_upload(upload: Upload, thumbnail: int | None = None) -> Response:
    """The response with the content of an upload: return it from a view that has checked who may see it.

    It supports ranges (206, 416, `If-Range`) and ETags (304). Types that can contain scripts, such as HTML, SVG and
    PDF, are sent as attachments; for all types, a content security policy keeps a browser from running anything.

    Args:
        upload: The upload.
        thumbnail: The size of one of its thumbnails; None for the file itself.

    Raises:
        Problem: 404 if there is no such thumbnail, 409 if the upload is not ready, 503 if the storage is unavailable.
    """
    columns = [getattr(upload, column.key) for column in Sendable.COLUMNS]
    return sent_file(Sendable(*columns), thumbnail)


def sent_file(upload: Sendable, thumbnail: int | None) -> Response:
    """The response with the content of an upload; see `send_upload`.

    Args:
        upload: The upload.
        thumbnail: The size of the thumbnail.

    Raises:
        Problem: As for `send_upload`.
    """
    if upload.status != READY:
        raise Problem(409, f"The file is not ready; its status is {upload.status}", headers={"Retry-After": "1"})
    if thumbnail is not None and all(each["longest"] != thumbnail for each in upload.thumbnails):
        raise Problem(404)
    try:
        file = current_service().storage.open(key_of(upload.id, thumbnail))
    except FileNotFoundError:
        raise Problem(404) from None
    size = upload.size if thumbnail is None else file.seek(0, 2)
    file.seek(0)
    media_type = upload.media_type if thumbnail is None else THUMBNAIL_TYPE
    response = Response(wrap_file(request.environ, file), direct_passthrough=True, mimetype=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = disposition_of(upload.name, media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = POLICY
    response.set_etag(f"{upload.sha256}" if thumbnail is None else f"{upload.sha256}-{thumbnail}")
    try:
        response.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except Exception:
        file.close()
        raise
    return response

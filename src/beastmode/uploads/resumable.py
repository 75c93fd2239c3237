"""Resumable uploads: tus 1.0, with creation, expiration and termination (https://tus.io/protocols/resumable-upload).

What arrives in one request is a file of its own in the storage, so that nothing is appended to, and any machine can
receive the next part. When all of it has arrived, a job joins the parts and checks the file.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from secrets import token_hex

from flask import Request
from sqlalchemy import update
from werkzeug.exceptions import BadRequest

from beastmode.core.background import in_background
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.db.session import current_work
from beastmode.db.streams import let_go
from beastmode.uploads.bodies import stream_of, write_all
from beastmode.uploads.declaration import Receives
from beastmode.uploads.incoming import FileOnArrival
from beastmode.uploads.kinds import BYTES, known_name, refuse_other
from beastmode.uploads.models import INCOMPLETE, PROCESSING, Upload
from beastmode.uploads.names import display_name
from beastmode.uploads.saving import claim_quota
from beastmode.uploads.service import current_service
from beastmode.uploads.storage import PARTS, Sent

VERSION = {"Tus-Resumable": "1.0.0"}
MEDIA_TYPE = "application/offset+octet-stream"
_LONGEST_TYPE = 127


@dataclass(frozen=True)
class _StoredPart:
    """What has arrived in one request.

    Attributes:
        key: Its key in the storage.
        offset: Where it begins.
        size: Its size in bytes.
    """

    key: str
    offset: int
    size: int


def create(request: Request, declaration: Receives) -> Upload:
    """Create a resumable upload, whose size counts towards the quota immediately.

    Args:
        request: The request, with `Upload-Length` and `Upload-Metadata`.
        declaration: What may be uploaded.

    Raises:
        Problem: 400 for a header that is not valid, 412 for another version, 413 for the size, 415 for the type.
    """
    _refuse_other_version(request)
    service = current_service()
    size, most = _number_in(request, "Upload-Length"), declaration.max_bytes or service.settings.upload_max_bytes
    if not 0 < size <= most:
        raise Problem(413, f"The file has {size} bytes; expected 1 to {most}.")
    metadata = _metadata_of(request)
    media_type = known_name(metadata.get("filetype", ""))[:_LONGEST_TYPE]
    if media_type:
        refuse_other(media_type, declaration.types)
    upload = Upload(
        id=token_hex(16),
        owner=current_identity().key,
        status=INCOMPLETE,
        name=display_name(metadata.get("filename", ""), media_type or BYTES),
        media_type=media_type,
        size=size,
        received=0,
        thumbnails=[],
        parts=[],
        created_at=now(),
        expires_at=_expiry(),
    )
    with transaction() as session:
        claim_quota(service, upload.owner, size)
        session.add(upload)
        session.flush()
    return upload


def append(request: Request, upload: Upload, declaration: Receives) -> dict[str, str]:
    """Store what arrives of an upload; the last part starts its processing.

    If the client disconnects, what has arrived is kept.

    Args:
        request: The request, with `Upload-Offset`.
        upload: The upload.
        declaration: What may be uploaded.

    Returns:
        The headers of the response, with the new offset.

    Raises:
        Problem: 400 for a header that is not valid, 409 for another offset, 410 if the upload has expired, 412 for
            another version, 413 if there is more than was announced, 415 for another type.
    """
    _refuse_other_version(request)
    if request.mimetype != MEDIA_TYPE:
        raise Problem(415, f"The Content-Type must be {MEDIA_TYPE}.", headers={"Accept-Patch": MEDIA_TYPE})
    if upload.status == INCOMPLETE and upload.expires_at is not None and upload.expires_at < now():
        raise Problem(410, "The upload has expired; start again")
    offset = _number_in(request, "Upload-Offset")
    if upload.status != INCOMPLETE or offset != upload.received:
        raise _other_offset(upload.received)
    upload_id, size, parts = upload.id, upload.size, list(upload.parts)
    part = _stored_part(request, upload_id, offset, size - offset)
    end = offset + part.size
    is_complete = end == size
    values = {"received": end, "parts": [*parts, part.key], "expires_at": None if is_complete else _expiry()}
    if is_complete:
        values["status"] = PROCESSING
    with transaction():
        is_next = (Upload.id == upload_id, Upload.received == offset, Upload.status == INCOMPLETE)
        changed = current_work().execute(update(Upload).where(*is_next).values(**values)).rowcount
        if changed and is_complete:
            options = {"thumbnails": list(declaration.thumbnails), "types": list(declaration.types)}
            in_background(current_service().process, upload_id=upload_id, **options)
    if not changed:  # another request was faster
        current_service().storage.delete([part.key])
        raise _other_offset(None)
    return {**VERSION, "Upload-Offset": str(end)}


def state_of(upload: Upload) -> dict[str, str]:
    """The headers that tell a client where to continue.

    Args:
        upload: The upload.
    """
    headers = {**VERSION, "Upload-Offset": str(upload.received), "Cache-Control": "no-store"}
    if upload.status == INCOMPLETE:
        headers["Upload-Length"] = str(upload.size)
        if upload.expires_at is not None:
            headers["Upload-Expires"] = format_datetime(upload.expires_at, usegmt=True)
    else:
        headers["Upload-Length"] = str(upload.received)
    return headers


def _refuse_other_version(request: Request) -> None:
    """Refuse a client that speaks another version of tus.

    Args:
        request: The request.

    Raises:
        Problem: 412.
    """
    sent = request.headers.get("Tus-Resumable")
    if sent != VERSION["Tus-Resumable"]:
        found = "is missing" if sent is None else f"is {sent[:20]}"
        raise Problem(412, f"Tus-Resumable {found}; expected 1.0.0.", headers={"Tus-Version": "1.0.0"})


def _stored_part(request: Request, upload_id: str, offset: int, most: int) -> _StoredPart:
    """What a request contains, stored; if its client has disconnected, what has arrived until then."""
    storage = current_service().storage
    file = FileOnArrival(storage.workspace, most)
    let_go()  # or a slow client would keep a connection of the database while it sends
    try:
        try:
            write_all(stream_of(request, most), file)
        except BadRequest:  # Werkzeug's ClientDisconnected is one
            if not file.size:
                raise
        file.close()
        key = f"{PARTS}/{upload_id}.{offset:x}-{token_hex(4)}"
        storage.put(key, file.path, Sent(BYTES, "attachment"))
    finally:
        file.discard()
    return _StoredPart(key, offset, file.size)


def _other_offset(offset: int | None) -> Problem:
    expected = "the offset" if offset is None else str(offset)
    return Problem(409, f"Upload-Offset is not {expected}, where the upload continues; HEAD returns it")


def _number_in(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Problem(400, f"{name} is {text[:40]!r}; expected a number of bytes.")
    return int(text)


def _metadata_of(request: Request) -> Mapping[str, str]:
    """The pairs in `Upload-Metadata`: names and base64."""
    pairs: dict[str, str] = {}
    for each in filter(None, (part.strip() for part in request.headers.get("Upload-Metadata", "").split(","))):
        name, _, value = each.partition(" ")
        try:
            pairs[name] = b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Problem(400, "Upload-Metadata is not valid; expected names with base64 values.") from None
    return pairs


def _expiry() -> datetime:
    return now() + timedelta(hours=current_service().settings.upload_resumable_hours)

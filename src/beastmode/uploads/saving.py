"""Saves uploads: a row in the caller's transaction, within the quota of its owner."""

import hashlib

from flask import has_request_context
from sqlalchemy import func, select

from beastmode.core.background import in_background
from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.core.events import after_commit
from beastmode.core.identity import current_identity
from beastmode.db import transaction
from beastmode.db.session import current_work
from beastmode.uploads.kinds import IMAGES
from beastmode.uploads.models import PROCESSING, READY, Upload
from beastmode.uploads.received import ReceivedFile
from beastmode.uploads.service import Service, current_service


def save_upload(file: ReceivedFile, owner: str | None = None) -> Upload:
    """Save a received file as an upload, in the caller's transaction; if that is rolled back, the file is deleted.

    If it is an image, or files are scanned, a job processes it after the commit; until then its status is "processing",
    and nobody can download it.

    Args:
        file: The file.
        owner: Whose it is, as `Identity.key` names it; by default the caller's.

    Returns:
        The upload, whose `id` other tables can refer to.

    Raises:
        Problem: 413 if the owner's quota does not suffice.
    """
    service = current_service()
    is_processed = file.media_type in IMAGES or service.scan is not None
    upload = Upload(
        id=file.id,
        owner=owner or current_identity().key,
        status=PROCESSING if is_processed else READY,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        received=file.size,
        sha256=file.sha256,
        width=file.width,
        height=file.height,
        thumbnails=[],
        parts=[],
        created_at=now(),
    )
    with transaction() as session:
        claim_quota(service, upload.owner, file.size)
        session.add(upload)
        session.flush()
        if is_processed:
            in_background(service.process, upload_id=file.id, thumbnails=list(file.thumbnails))
        after_commit(lambda: setattr(file, "is_saved", True))
    return upload


def claim_quota(service: Service, owner: str, size: int) -> None:
    """Refuse what exceeds an owner's quota; others who upload for the same owner wait for the end of the transaction.

    Args:
        service: The uploads of the application.
        owner: Whose file it is.
        size: Its size in bytes.

    Raises:
        Problem: 413.
    """
    if not service.settings.upload_quota_bytes:
        return
    work = current_work()
    work.begin_with_changes()
    if work.dialect.name == "postgresql":  # SQLite has one writer at a time
        number = int.from_bytes(hashlib.sha256(f"uploads:{owner}".encode()).digest()[:8], "big", signed=True)
        work.execute(select(func.pg_advisory_xact_lock(number)))
    _refuse_beyond(service, owner, size)


def refuse_beyond_quota(service: Service, size: int) -> None:
    """Refuse a body that the caller's quota does not suffice for, before it is received.

    Args:
        service: The uploads of the application.
        size: Its length in bytes; 0 if it is not known.

    Raises:
        Problem: 413.
    """
    if service.settings.upload_quota_bytes and has_request_context():
        _refuse_beyond(service, current_identity().key, max(0, size - _FRAME))


_FRAME = 4096
"""What a form of a small file has in addition to it, which does not count."""


def used_bytes(owner: str) -> int:
    """How much somebody stores, with what resumable uploads have reserved.

    Args:
        owner: Whose files are counted, as `Identity.key` names it.
    """
    total = current_work().execute(select(func.sum(Upload.size)).where(Upload.owner == owner)).scalar()
    return int(total or 0)


def _refuse_beyond(service: Service, owner: str, size: int) -> None:
    used, quota = used_bytes(owner), service.settings.upload_quota_bytes
    if used + size > quota:
        raise Problem(
            413, f"The file exceeds your quota: {used} of {quota} bytes are in use. Delete other files first."
        )

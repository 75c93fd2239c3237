"""Deletes what belongs to nothing: expired resumable uploads, and files without a row, such as after a crash."""

import re
from datetime import timedelta

from sqlalchemy import select

from beastmode.core.background import Task
from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.uploads.deleting import delete_upload, known_ids
from beastmode.uploads.models import INCOMPLETE, Upload
from beastmode.uploads.service import current_service
from beastmode.uploads.storage import FILES, PARTS

_AT_ONCE = 100
_KEY = re.compile(rf"(?:{FILES}|{PARTS})/([0-9a-f]{{32}})(?:\.[0-9a-f.-]+)?")
"""The keys of uploads, with their IDs: a bucket may have other things in it, which are left alone."""


def sweep_uploads() -> dict[str, int]:
    """Delete incomplete uploads that have expired, and stored files that belong to no upload.

    A file younger than UPLOAD_ORPHAN_HOURS may belong to a request that has not been committed yet.

    Returns:
        How many of each: `{"expired": ..., "orphans": ...}`.

    Raises:
        Problem: The storage is unavailable.
    """
    service = current_service()
    expired = _delete_expired()
    orphans = 0
    before = now() - timedelta(hours=service.settings.upload_orphan_hours)
    for keys in service.storage.keys(before):
        ours = {key: matched[1] for key in keys if (matched := _KEY.fullmatch(key))}
        known = known_ids(sorted(set(ours.values())))
        doomed = [key for key, upload_id in ours.items() if upload_id not in known]
        service.storage.delete(doomed)
        orphans += len(doomed)
    return {"expired": expired, "orphans": orphans}


def _delete_expired() -> int:
    count = 0
    is_expired = (Upload.status == INCOMPLETE, Upload.expires_at < now())
    while found := current_work().execute(select(Upload.id).where(*is_expired).limit(_AT_ONCE)).scalars().all():
        count += sum(delete_upload(upload_id) for upload_id in found)
    return count


SWEEP = Task("beastmode.uploads.sweep", sweep_uploads, queue="uploads", attempts=3, cron="41 * * * *")

"""Deletes uploads: the row in the caller's transaction, the files after the commit, by a job."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from beastmode.core.background import Task, in_background
from beastmode.core.caller import AccountId
from beastmode.db import transaction
from beastmode.db.session import current_work
from beastmode.uploads.models import Upload
from beastmode.uploads.service import current_service
from beastmode.uploads.storage import key_of

_AT_ONCE = 100


def delete_upload(upload_id: str) -> bool:
    """Delete an upload in the caller's transaction, and its files after the commit, even if this process is killed.

    Args:
        upload_id: The upload.

    Returns:
        Whether it existed.
    """
    return bool(_delete(Upload.id == upload_id))


def delete_uploads_of(account_id: AccountId) -> int:
    """Delete all uploads of an account, for example before the account is deleted.

    Args:
        account_id: The account.

    Returns:
        How many there were.
    """
    return _delete(Upload.owner == f"account:{account_id}")


def _delete(condition: object) -> int:
    with transaction():
        statement = delete(Upload).where(condition)  # type: ignore[arg-type]  # an SQL expression
        found = current_work().execute(statement.returning(Upload.id, Upload.thumbnails, Upload.parts)).all()
        keys: list[str] = []
        for row in found:
            keys += [key_of(row.id), *(key_of(row.id, each["longest"]) for each in row.thumbnails), *row.parts]
        delete_files(keys)
    return len(found)


def delete_files(keys: Sequence[str]) -> None:
    """Delete files after the current changes are committed.

    Args:
        keys: Their keys.
    """
    for start in range(0, len(keys), _AT_ONCE):
        in_background(DELETE_FILES, keys=list(keys[start : start + _AT_ONCE]))


def _delete_stored(keys: list[str]) -> None:
    """Delete files that no row refers to; called by a job.

    Args:
        keys: Their keys.

    Raises:
        Problem: The storage is unavailable, so the job is retried.
    """
    current_service().storage.delete(keys)


def known_ids(ids: Sequence[str]) -> set[str]:
    """Those of some IDs that are uploads.

    Args:
        ids: The IDs.
    """
    return set(current_work().execute(select(Upload.id).where(Upload.id.in_(ids))).scalars())


DELETE_FILES = Task("beastmode.uploads.delete_files", _delete_stored, queue="uploads")

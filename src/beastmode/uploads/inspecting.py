"""Problems of the storage that `flask beastmode doctor` reports."""

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from beastmode.core.errors import ConfigurationError, Degraded, Problem
from beastmode.db.session import current_work
from beastmode.uploads.local_storage import LocalStorage
from beastmode.uploads.models import READY, Upload
from beastmode.uploads.service import current_service
from beastmode.uploads.storage import key_of


def report_storage() -> None:
    """Do nothing if the storage can be used; without it, everything but files works.

    Raises:
        Degraded: It cannot.
    """
    try:
        current_service().storage.check()
    except Problem as problem:
        raise Degraded(f"The storage of uploads is unavailable: {problem.__cause__}") from problem


def refuse_separate_folders() -> None:
    """Refuse a local folder that does not have the newest upload: another machine has stored it in its own.

    Raises:
        ConfigurationError: The file is not there.
    """
    storage = current_service().storage
    if not isinstance(storage, LocalStorage):
        return
    newest = select(Upload.id).where(Upload.status == READY).order_by(Upload.created_at.desc()).limit(1)
    upload_id = current_work().execute(newest).scalar()
    if upload_id is None:
        return
    try:
        storage.open(key_of(upload_id)).close()
    except FileNotFoundError:
        raise ConfigurationError(
            f"The newest upload is not in {storage.folder}. If the application runs on several machines, set "
            "STORAGE_URL, or let them share this folder."
        ) from None


def refuse_public_folder(app: Flask, folder: Path) -> None:
    """Refuse to store uploads where the application serves static files, without any of the checks.

    Args:
        app: The Flask application.
        folder: The folder for uploads.

    Raises:
        ConfigurationError: It is in the static folder.
    """
    static = None if app.static_folder is None else Path(app.static_folder).resolve()
    if static is not None and (folder.resolve() == static or static in folder.resolve().parents):
        raise ConfigurationError(
            f"UPLOAD_FOLDER is {folder}, which is in the static folder, so that everybody could read every file; set "
            "another."
        )

"""Uploads: files that routes receive, checked and stored; and what is sent from the storage."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from beastmode.uploads.declaration import receives_file
from beastmode.uploads.install import Uploads
from beastmode.uploads.received import ReceivedFile
from beastmode.uploads.settings import UploadSettings

if TYPE_CHECKING:
    from beastmode.uploads.deleting import delete_upload, delete_uploads_of
    from beastmode.uploads.kinds import IMAGES
    from beastmode.uploads.links import url_of
    from beastmode.uploads.models import Upload
    from beastmode.uploads.processing import process_file_upload
    from beastmode.uploads.routes import upload_routes
    from beastmode.uploads.saving import save_upload, used_bytes
    from beastmode.uploads.schemas import Thumbnail, Uploaded
    from beastmode.uploads.sending import send_upload
    from beastmode.uploads.sweeping import sweep_uploads

__all__ = [
    "IMAGES",
    "ReceivedFile",
    "Thumbnail",
    "Upload",
    "UploadSettings",
    "Uploaded",
    "Uploads",
    "delete_upload",
    "delete_uploads_of",
    "process_file_upload",
    "receives_file",
    "save_upload",
    "send_upload",
    "sweep_uploads",
    "upload_routes",
    "url_of",
    "used_bytes",
]
_HOMES = {
    "IMAGES": "kinds",
    "Thumbnail": "schemas",
    "Upload": "models",
    "Uploaded": "schemas",
    "delete_upload": "deleting",
    "delete_uploads_of": "deleting",
    "process_file_upload": "processing",
    "save_upload": "saving",
    "send_upload": "sending",
    "sweep_uploads": "sweeping",
    "upload_routes": "routes",
    "url_of": "links",
    "used_bytes": "saving",
}

if not TYPE_CHECKING:  # otherwise mypy would accept any name

    def __getattr__(name: str) -> Any:
        # Lazily: importing them defines the table, which belongs only in the migrations of projects with uploads.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"beastmode.uploads.{_HOMES[name]}"), name)
        globals()[name] = value
        return value

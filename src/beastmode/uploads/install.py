"""Enables uploads in an application: the storage, the step of routes, the tasks, and the route of signed URLs."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from beastmode.core.background import add_task
from beastmode.core.errors import ConfigurationError
from beastmode.core.inspections import add_inspection
from beastmode.core.steps import Declared, Stage, Step, add_step, declarations_for
from beastmode.uploads.declaration import Receives
from beastmode.uploads.settings import UploadSettings

if TYPE_CHECKING:
    from beastmode.uploads.service import Scan
    from beastmode.uploads.storage import Storage

_NEEDED = ("PIL", "puremagic")


class Uploads:
    """Enables uploads: `Beastmode(app, database=db, api=api, jobs=Jobs(), uploads=Uploads())`.

    Files are stored in a folder, or at STORAGE_URL; their rows are in a table that `flask db migrate` adds. Routes
    receive files with `receives_file`, and `upload_routes` has ready-made ones.

    Args:
        scan: Takes the path of a file that was received, and returns why it must not be used, such as the name of a
            virus, or None. A job calls it before anyone can download the file. If it raises, the job is retried.

    Raises:
        ConfigurationError: The extra `uploads` is not installed.
    """

    def __init__(self, scan: "Scan | None" = None) -> None:
        if any(find_spec(name) is None for name in _NEEDED):
            raise ConfigurationError("Uploads() needs the extra uploads: pip install 'beastmode[uploads]'.")
        self._scan = scan
        # Not at the top: importing this adds the table to the metadata, even in projects without uploads.
        import_module("beastmode.uploads.models")

    def install(self, app: Flask, settings: UploadSettings) -> None:
        """Enable uploads in an application, before its API.

        Args:
            app: The Flask application.
            settings: The UPLOAD_ and STORAGE_ settings.
        """
        from beastmode.uploads.deleting import DELETE_FILES  # noqa: PLC0415 - imports the table, as above
        from beastmode.uploads.inspecting import (  # noqa: PLC0415 - likewise
            refuse_public_folder,
            refuse_separate_folders,
            report_storage,
        )
        from beastmode.uploads.links import ENDPOINT, PATH, send_signed  # noqa: PLC0415 - likewise
        from beastmode.uploads.processing import process_task  # noqa: PLC0415 - likewise
        from beastmode.uploads.service import EXTENSION, Service  # noqa: PLC0415 - likewise
        from beastmode.uploads.sweeping import SWEEP  # noqa: PLC0415 - likewise

        folder = Path(settings.upload_folder or Path(app.instance_path) / "uploads")
        refuse_public_folder(app, folder)
        process = process_task(settings.upload_concurrency)
        for task in (process, DELETE_FILES, SWEEP):
            add_task(task)
        app.extensions[EXTENSION] = Service(_storage_of(settings, folder), settings, self._scan, process)
        app.extensions.setdefault("beastmode.readiness", {})["storage"] = report_storage
        add_inspection(app, refuse_separate_folders)
        add_step(app, Stage.ARGUMENTS, _step_of)
        app.add_url_rule(PATH, ENDPOINT, send_signed)


def _storage_of(settings: UploadSettings, folder: Path) -> "Storage":
    """The storage that the settings name."""
    from beastmode.uploads.local_storage import LocalStorage  # noqa: PLC0415 - not used with a bucket

    if settings.storage_url is None:
        return LocalStorage(folder)
    if find_spec("obstore") is None:
        raise ConfigurationError("STORAGE_URL needs the extra uploads: pip install 'beastmode[uploads]'.")
    from beastmode.uploads.object_storage import object_storage  # noqa: PLC0415 - obstore is not always installed

    return object_storage(settings, folder / "incoming")


def _step_of(app: Flask, route: Declared) -> Step | None:
    """The step of a route; None if it receives no file."""
    if not declarations_for(route, Receives):
        return None
    from beastmode.uploads.steps import ReceiveFile  # noqa: PLC0415 - imports the table

    return ReceiveFile.of(app, route)

"""What an application needs for its uploads, found by functions and jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from beastmode.core.background import Task
from beastmode.core.errors import ConfigurationError
from beastmode.uploads.settings import UploadSettings
from beastmode.uploads.storage import Storage

EXTENSION = "beastmode.uploads"
Scan = Callable[[Path], str | None]


@dataclass(frozen=True)
class Service:
    """The uploads of an application.

    Attributes:
        storage: Where the files are.
        settings: The UPLOAD_ settings.
        scan: Takes the path of a file, and returns why it must not be used, or None.
        process: The task that processes a file.
    """

    storage: Storage
    settings: UploadSettings
    scan: Scan | None
    process: Task


def service_of(app: Flask) -> Service:
    """The uploads of an application.

    Args:
        app: The Flask application.

    Raises:
        ConfigurationError: Uploads are not enabled.
    """
    service: Service | None = app.extensions.get(EXTENSION)
    if service is None:
        raise ConfigurationError("Uploads are not enabled; pass uploads=Uploads() to Beastmode.")
    return service


def current_service() -> Service:
    """The uploads of the current application."""
    return service_of(current_app)

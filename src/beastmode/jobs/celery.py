"""The Celery application for `celery -A beastmode.jobs.celery worker`: finds the Flask application as `flask` does."""

import os
from typing import TYPE_CHECKING, Any

from flask.cli import ScriptInfo, load_dotenv
from flask.helpers import get_load_dotenv

if TYPE_CHECKING:
    from celery import Celery


def _load_app() -> "Celery":
    """The Celery application of the Flask application that FLASK_APP names."""
    from beastmode.jobs.distributed.celery_app import init_celery  # noqa: PLC0415 - Celery is optional

    if get_load_dotenv():
        load_dotenv()
    return init_celery(ScriptInfo(app_import_path=os.environ.get("FLASK_APP")).load_app())


if not TYPE_CHECKING:  # otherwise mypy would accept any name

    def __getattr__(name: str) -> Any:
        # Lazily: importing a module must not start an application.
        if name != "app":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = _load_app()
        return globals()[name]

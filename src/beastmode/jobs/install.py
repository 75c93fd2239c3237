"""Enables jobs in an application: background tasks, metrics, checks, and the worker in a development server."""

from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask import Flask

from beastmode.core.background import set_background
from beastmode.core.gauges import add_gauge
from beastmode.core.inspections import add_inspection
from beastmode.core.middleware import Middleware
from beastmode.jobs.settings import JobSettings

if TYPE_CHECKING:
    from beastmode.core.refusal import Refusal
    from beastmode.db import Database


class Jobs:
    """Enables jobs: `Beastmode(app, database=db, jobs=Jobs())`.

    Jobs are stored in the application's database, in tables that `flask db migrate` adds. In development the server
    runs them; otherwise, run `flask beastmode worker`.
    """

    def __init__(self) -> None:
        # Not at the top: importing this adds the job tables to the metadata, even in projects without jobs.
        import_module("beastmode.jobs.models")

    def install(self, app: Flask, settings: JobSettings, database: "Database", middleware: Middleware) -> None:
        """Enable jobs in an application.

        Args:
            app: The Flask application.
            settings: The JOBS_ settings.
            database: The application's database.
            middleware: The application's middleware, whose first request starts the worker of a development server.
        """
        from beastmode.jobs.enqueueing import EXTENSION  # noqa: PLC0415 - imports the tables, as above
        from beastmode.jobs.gauges import GAUGES  # noqa: PLC0415 - likewise
        from beastmode.jobs.inspecting import refuse_dead_jobs  # noqa: PLC0415 - likewise
        from beastmode.jobs.running import progress  # noqa: PLC0415 - likewise
        from beastmode.jobs.tasks import enqueue_task  # noqa: PLC0415 - likewise

        app.extensions[EXTENSION] = database
        set_background(app, enqueue_task, progress)
        add_inspection(app, refuse_dead_jobs)
        for gauge in GAUGES:
            add_gauge(app, gauge)
        if settings.celery_broker_url:
            self._install_broker(app)
        if settings.threads_in_server and settings.environment != "testing":
            middleware.guards.append(_StartOnce(app, settings.threads_in_server))

    @staticmethod
    def _install_broker(app: Flask) -> None:
        """Let /health/ready, /metrics and `flask beastmode doctor` tell whether jobs reach Celery."""
        from beastmode.jobs.distributed.relays import (  # noqa: PLC0415 - imports the tables, as above
            BROKER_GAUGE,
            report_broker,
        )

        app.extensions.setdefault("beastmode.readiness", {})["broker"] = report_broker
        add_gauge(app, BROKER_GAUGE)


class _StartOnce:
    """Starts a worker in the process that serves the first request, which is the reloader's child, not its parent.

    Args:
        app: The Flask application.
        threads: The maximum number of jobs that run at the same time.
    """

    def __init__(self, app: Flask, threads: int) -> None:
        self._app = app
        self._threads = threads
        self._lock = Lock()
        self._is_started = False

    def __call__(self, _: Any) -> "Refusal | None":
        """Start the worker on the first request; refuses nothing. See `Middleware.guards`."""
        if not self._is_started:
            with self._lock:
                starts, self._is_started = not self._is_started, True
            if starts:
                from beastmode.jobs.worker import Worker  # noqa: PLC0415 - imports the tables, as above

                Worker(self._app, self._threads).start()
        return None

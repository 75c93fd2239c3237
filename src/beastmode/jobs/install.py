"""The jobs' part of an application: its worker in a development server, and what `flask beastmode doctor` looks at."""

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
    """Turns jobs on: `Beastmode(app, database=db, jobs=Jobs())`.

    The rows are in the application's database, in tables that `flask db migrate` adds. In development the server runs
    them itself; elsewhere `flask beastmode worker` does.
    """

    def __init__(self) -> None:
        # Not at the top: this adds the tables of jobs to the metadata, also in projects that have no jobs.
        import_module("beastmode.jobs.models")

    def install(self, app: Flask, settings: JobSettings, database: "Database", middleware: Middleware) -> None:
        """Let the functions of an application be enqueued.

        Args:
            app: The Flask application.
            settings: Those that begin with JOBS_.
            database: Its database.
            middleware: Its middleware, whose first request starts the threads of a development server.
        """
        from beastmode.jobs.enqueueing import EXTENSION  # noqa: PLC0415 - imports the tables, as above
        from beastmode.jobs.gauges import GAUGES  # noqa: PLC0415 - likewise
        from beastmode.jobs.inspecting import refuse_dead_jobs  # noqa: PLC0415 - likewise
        from beastmode.jobs.tasks import enqueue_task  # noqa: PLC0415 - likewise

        app.extensions[EXTENSION] = database
        set_background(app, enqueue_task)
        add_inspection(app, refuse_dead_jobs)
        for gauge in GAUGES:
            add_gauge(app, gauge)
        if settings.threads_in_server and settings.environment != "testing":
            middleware.guards.append(_StartOnce(app, settings.threads_in_server))


class _StartOnce:
    """Starts a worker in the process that serves the first request: in a reloader's child, and not in its parent.

    Args:
        app: The Flask application.
        threads: How many jobs run at the same time.
    """

    def __init__(self, app: Flask, threads: int) -> None:
        self._app = app
        self._threads = threads
        self._lock = Lock()
        self._is_started = False

    def __call__(self, _: Any) -> "Refusal | None":
        """Refuse nothing; see `Middleware.guards`."""
        if not self._is_started:
            with self._lock:
                starts, self._is_started = not self._is_started, True
            if starts:
                from beastmode.jobs.worker import Worker  # noqa: PLC0415 - imports the tables, as above

                Worker(self._app, self._threads).start()
        return None

"""Jobs in tests: run after each request of a test client, when its response is complete."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from beastmode.testing.queries import uncounted

_WITHOUT_BODY = (204, 304)


def has_jobs(app: Flask) -> bool:
    """Whether jobs are enabled in an application.

    Args:
        app: The Flask application.
    """
    return "beastmode.jobs" in app.extensions


def run_due(app: Flask) -> int:
    """Run the jobs that are due; returns how many.

    Args:
        app: The Flask application, with jobs.
    """
    from beastmode.jobs.due import run_due_jobs  # noqa: PLC0415 - imports the tables of jobs

    return run_due_jobs(app)


def run_jobs_after_requests(app: Flask) -> None:
    """Make every test client of an application run the jobs that are due after each request.

    Args:
        app: The Flask application.
    """

    def run() -> None:
        with uncounted():
            run_due(app)

    base: Any = app.test_client_class or FlaskClient

    class _Client(base):  # type: ignore[misc]  # the application's own class
        """Runs jobs when a response is complete: a streamed one, when the test has read it."""

        def open(self, *args: Any, **options: Any) -> Any:
            response = super().open(*args, **options)
            if response.content_length is None and response.status_code not in _WITHOUT_BODY:
                response.call_on_close(run)
            else:
                response.make_sequence()
                run()
            return response

    app.test_client_class = _Client

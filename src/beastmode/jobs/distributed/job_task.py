"""The Celery task of a job, and how Celery's parent process handles an attempt whose child was killed."""

import logging
from typing import Any

from celery import Task
from celery.exceptions import Ignore, Retry, WorkerLostError
from celery.worker.request import Request
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.errors import BeastmodeError
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.broker import HEADER
from beastmode.jobs.distributed.handover import mark_lost
from beastmode.jobs.distributed.process import JobProcess, process_name

log = logging.getLogger("beastmode")


class _JobFailed(BeastmodeError):  # noqa: N818 - what monitors show, as a sentence
    """A job failed for the last time; Celery and its monitors show the task as failed."""


class JobRequest(Request):  # type: ignore[misc]  # Celery has no types
    """A message in the parent process of a Celery worker."""

    def on_failure(self, exc_info: Any, *args: Any, **kwargs: Any) -> Any:
        """End the attempt if the child was killed, then let Celery return the message, which starts the next one."""
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        job_id = _row_of(self._context)
        # The child has recorded anything else. SystemExit is how the pool reports a child that was killed by a signal.
        if job_id is not None and isinstance(error, WorkerLostError | SystemExit | KeyboardInterrupt):
            self.task.lose(job_id, process_name(self.worker_pid), str(error))
        return super().on_failure(exc_info, *args, **kwargs)


class _JobTask(Task):  # type: ignore[misc]  # Celery has no types
    """Runs the row that a message names. Without a row, as if called by hand, it calls the function.

    Attributes:
        flask_app: The Flask application.
        job: The job.
    """

    Request = "beastmode.jobs.distributed.job_task:JobRequest"
    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True
    typing = False
    flask_app: Flask
    job: Job[Any, Any]

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run the job.

        Raises:
            Ignore: There is nothing to run.
            Retry: The attempt failed, and the relay will hand the row over again.
            _JobFailed: It was the last attempt.
        """
        job_id = _row_of(self.request)
        if job_id is None:
            with self.flask_app.app_context():
                return self.job.function(*args, **kwargs)
        ended = JobProcess.of(self.flask_app).run(self.job, job_id)
        if ended is None:
            raise Ignore  # the row is not waiting any more, or waits for others with its key
        if ended.error is None:
            return ended.result
        if ended.is_final:
            raise _JobFailed(_last_line(ended.error))
        raise Retry(f"Will be retried: {_last_line(ended.error)}")

    def lose(self, job_id: int, process: str, why: str) -> None:
        """Record that the process of an attempt was killed; if that fails, the lease of the row expires.

        Args:
            job_id: The row's id.
            process: The name of the process.
            why: What Celery says about it.
        """
        try:
            with self.flask_app.app_context():
                is_lost = mark_lost(
                    job_id, process, f"The process that ran the job was killed: {why}", self.job.backoff
                )
        except (SQLAlchemyError, OSError):
            log.warning("Job %s: its process was killed, and the database does not respond", job_id)
        else:
            if is_lost:
                log.error("Job %s: its process was killed: %s", job_id, why)


def context_task(app: Flask) -> type[Task]:
    """The base class of tasks that are not jobs, which runs them in an app context.

    Args:
        app: The Flask application.
    """

    class ContextTask(Task):  # type: ignore[misc]  # Celery has no types
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    return ContextTask


def task_of(app: Flask, job: Job[Any, Any]) -> Task:
    """The Celery task of a job, with the job's name.

    Args:
        app: The Flask application.
        job: The job.
    """
    kind = type(
        "JobTask", (_JobTask,), {"name": job.name, "job": job, "flask_app": app, "__doc__": job.function.__doc__}
    )
    return kind()


def _row_of(request: Any) -> int | None:
    """The id of the row that a message names; None for a message that no relay sent.

    Args:
        request: Celery's context of the message.
    """
    value = (getattr(request, "headers", None) or {}).get(HEADER, getattr(request, HEADER, None))
    return value if isinstance(value, int) else None


def _last_line(error: str) -> str:
    """The line of a traceback that names the error."""
    return error.strip().rpartition("\n")[2]

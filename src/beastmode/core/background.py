"""Background tasks: declared by a feature, run outside the request by jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app

from beastmode.core.errors import ConfigurationError

__all__ = [
    "Enqueue",
    "GiveUp",
    "Task",
    "add_task",
    "has_background",
    "in_background",
    "in_background_at",
    "report_progress",
    "set_background",
    "tasks",
]

EXTENSION = "beastmode.background"
_PROGRESS = "beastmode.background_progress"
Progress = Callable[[float, str], None]


class GiveUp(Exception):  # noqa: N818 - an instruction, not an error
    """Raise in a job to stop retrying it: the job is dead immediately, with this message as its error."""


@dataclass(frozen=True)
class Task:
    """A function that runs outside a request.

    Args:
        name: The name stored with each enqueued call, which must not change.
        function: The function; its arguments must be JSON values.
        queue: The queue that it is added to.
        attempts: The maximum number of attempts.
        backoff: Seconds before the second attempt.
        limit: The maximum number that run at the same time; None for no limit.
        cron: When it is enqueued automatically, without arguments, in UTC; None for never.
    """

    name: str
    function: Callable[..., object]
    queue: str = "default"
    attempts: int = 10
    backoff: float = 5
    limit: int | None = None
    cron: str | None = None


class Enqueue(Protocol):
    """Enqueues a task in the current transaction, to run after it is committed. Implemented by jobs."""

    def __call__(self, task: Task, arguments: dict[str, Any], at: datetime | None = None) -> None:
        """Enqueue the task.

        Args:
            task: The task to run.
            arguments: Its arguments.
            at: The earliest time to run it; None for as soon as possible.
        """


tasks: dict[str, Task] = {}
"""Every task registered in this process, by name, so that workers can run tasks that others enqueued."""


def add_task(task: Task) -> None:
    """Register a task with the workers of this process.

    Args:
        task: The task.
    """
    tasks[task.name] = task


def set_background(app: Flask, enqueue: Enqueue, progress: Progress | None = None) -> None:
    """Set how an application enqueues background tasks.

    Args:
        app: The Flask application.
        enqueue: Enqueues a task.
        progress: Stores the progress of the running task.
    """
    app.extensions[EXTENSION] = enqueue
    app.extensions[_PROGRESS] = progress


def report_progress(share: float, note: str = "") -> None:
    """Report the progress of the running task; does nothing if nobody keeps it.

    Args:
        share: The completed share, from 0 to 1.
        note: A short description for people.
    """
    progress: Progress | None = current_app.extensions.get(_PROGRESS)
    if progress is not None:
        progress(share, note)


def has_background(app: Flask) -> bool:
    """Whether an application runs background tasks.

    Args:
        app: The Flask application.
    """
    return EXTENSION in app.extensions


def in_background(task: Task, **arguments: Any) -> None:
    """Run a task after the current changes are committed; if they are rolled back, it does not run.

    Args:
        task: The task to run.
        arguments: Its arguments, as JSON values.

    Raises:
        ConfigurationError: Jobs are not enabled in the application.
    """
    _enqueue_of(task)(task, arguments)


def in_background_at(task: Task, moment: datetime, **arguments: Any) -> None:
    """Run a task at a given time; otherwise as `in_background`.

    Args:
        task: The task to run.
        moment: The earliest time to run it, timezone-aware.
        arguments: Its arguments, as JSON values.

    Raises:
        ConfigurationError: Jobs are not enabled in the application.
    """
    _enqueue_of(task)(task, arguments, moment)


def _enqueue_of(task: Task) -> Enqueue:
    """How the current application enqueues background tasks."""
    enqueue: Enqueue | None = current_app.extensions.get(EXTENSION)
    if enqueue is None:
        raise ConfigurationError(f"{task.name} runs as a job: pass jobs=Jobs() to Beastmode.")
    return enqueue

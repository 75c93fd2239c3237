"""Runs the background tasks of other features as jobs."""

from datetime import datetime
from typing import Any

from beastmode.core.background import Task, tasks
from beastmode.jobs.definition import Job, declared, job


def all_jobs() -> dict[str, Job[Any, Any]]:
    """Every job of the process by name, including the tasks of other features."""
    for task in tasks.values():
        _job_of(task)
    return declared


def enqueue_task(task: Task, arguments: dict[str, Any], at: datetime | None = None) -> None:
    """Enqueue a task as a job; see `beastmode.core.background.Enqueue`."""
    _job_of(task).enqueue(_at=at, **arguments)


def _job_of(task: Task) -> Job[Any, Any]:
    """The job that runs a task, declared on first use.

    Args:
        task: The task.
    """
    known = declared.get(task.name)
    if known is not None:
        return known
    options = {
        "queue": task.queue,
        "attempts": task.attempts,
        "backoff": task.backoff,
        "limit": task.limit,
        "cron": task.cron,
    }
    made: Job[Any, Any] = job(name=task.name, **options)(task.function)  # type: ignore[call-overload]  # options as one dict
    return made

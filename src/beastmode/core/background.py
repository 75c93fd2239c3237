"""Work that a feature hands over to be done outside of the request: declared by the feature, run by jobs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask, current_app

from beastmode.core.errors import ConfigurationError

__all__ = ["Enqueue", "GiveUp", "Task", "add_task", "in_background", "set_background", "tasks"]

EXTENSION = "beastmode.background"


class GiveUp(Exception):  # noqa: N818 - it is an instruction
    """Raised by a job that no further attempt could make succeed: it is dead at once, with this as its error."""


@dataclass(frozen=True)
class Task:
    """A function that runs outside of requests.

    Args:
        name: What its rows call it, which must not change.
        function: The function; its arguments must be JSON values.
        queue: The queue that it waits in.
        attempts: How often it is tried.
        backoff: Seconds before the second attempt.
        limit: How many run at the same time; None for any number.
    """

    name: str
    function: Callable[..., object]
    queue: str = "default"
    attempts: int = 10
    backoff: float = 5
    limit: int | None = None


class Enqueue(Protocol):
    """Has a task run after the current changes are committed, in their transaction; jobs implement it."""

    def __call__(self, task: Task, arguments: dict[str, Any]) -> None:
        """Insert the task's row.

        Args:
            task: What to run.
            arguments: What to pass it.
        """


tasks: dict[str, Task] = {}
"""Every task of the process, by name, for workers that have not been asked for it."""


def add_task(task: Task) -> None:
    """Have workers of this process know a task.

    Args:
        task: What they may be asked to run.
    """
    tasks[task.name] = task


def set_background(app: Flask, enqueue: Enqueue) -> None:
    """Set what runs the tasks of an application.

    Args:
        app: The Flask application.
        enqueue: Inserts a row for a task.
    """
    app.extensions[EXTENSION] = enqueue


def in_background(task: Task, **arguments: Any) -> None:
    """Have a task run after the current changes are committed; it is gone with them if they are rolled back.

    Args:
        task: What to run.
        arguments: What to pass it, as JSON values.

    Raises:
        ConfigurationError: The application has no jobs.
    """
    enqueue: Enqueue | None = current_app.extensions.get(EXTENSION)
    if enqueue is None:
        raise ConfigurationError(f"{task.name} runs as a job: pass jobs=Jobs() to Beastmode.")
    enqueue(task, arguments)

"""Functions that run outside of requests: tasks of queues, scheduled jobs, commands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from . import living, sources

if TYPE_CHECKING:
    from ..messages.application import Function

__all__ = ["commands", "jobs"]

QUEUES = ("rq", "dramatiq", "huey", "celery", "apscheduler")
HOLDERS = ("run", "fn", "func", "original_func", "task_func", "callback")


def jobs(application: Any) -> tuple[Function, ...]:
    """Celery tasks, jobs of other queues and schedulers, and the callbacks of the application's commands."""
    found = [*celery_tasks(), *queued(), *scheduled(), *(callback for _, callback in walked(application.cli, ""))]
    facts = [sources.fact(function) for function in found if function is not None]
    own = {(fact.path, fact.name): fact for fact in facts if fact.path is not None}
    return tuple(own[key] for key in sorted(own))


def celery_tasks() -> list[Any]:
    """The functions of Celery's tasks."""
    found: list[Any] = []
    for celery in living.instances_of("celery.app.base", "Celery"):
        for name, task in celery.tasks.items():
            if not name.startswith("celery."):
                found.append(function_of(task))
    return found


def queued() -> list[Any]:
    """Functions of the project that got a `delay` or `send`, or that stand in such an object."""
    if not any(name in sys.modules for name in QUEUES):
        return []
    found: list[Any] = []
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if not path or not sources.is_own(path):
            continue
        held = [value for value in list(vars(module).values()) if type(value).__name__ != "LocalProxy"]
        held = [value for value in held if callable(value) and not isinstance(value, type)]
        found.extend(function_of(value) for value in held if is_queued(value))
    return found


def is_queued(value: Any) -> bool:
    """Whether a callable can be put into a queue."""
    kind = type(value).__module__.split(".")[0]
    return kind in QUEUES or any(
        callable(vars(value).get(name)) for name in ("delay", "queue", "send") if hasattr(value, "__dict__")
    )


def function_of(task: Any) -> Any:
    """The function in a task."""
    for name in HOLDERS:
        inner = getattr(task, name, None)
        if callable(inner):
            return sources.unwrapped(inner)
    return task


def scheduled() -> list[Any]:
    """Functions that APScheduler is to call."""
    found: list[Any] = []
    for scheduler in living.instances_of("apscheduler.schedulers.base", "BaseScheduler"):
        found.extend(job.func for job in scheduler.get_jobs())
    return found


def commands(application: Any) -> tuple[str, ...]:
    """Names of the commands that the project itself adds."""
    called = [(name, callback) for name, callback in walked(application.cli, "") if callback is not None]
    return tuple(sorted(name for name, callback in called if sources.fact(callback).path is not None))


def walked(group: Any, before: str) -> list[tuple[str, Any]]:
    """The commands of a group and of those in it, with what they call."""
    found: list[Any] = []
    for name, command in sorted(group.commands.items()):
        whole = f"{before} {name}".strip()
        if hasattr(command, "commands"):
            found.extend(walked(command, whole))
        else:
            found.append((whole, command.callback))
    return found

"""Inserts the rows of jobs, each in the transaction of whoever enqueues it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from flask import current_app
from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite

from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.core.events import after_commit
from beastmode.db.session import current_work
from beastmode.jobs.models import JobRow
from beastmode.jobs.wakeups import CHANNEL, wake_up

EXTENSION = "beastmode.jobs"
_LONGEST_KEY = 200
_LONGEST_ARGUMENTS = 64 * 1024
"""Bytes of JSON: a job is passed ids, and reads what it needs; rows of this size still are claimed in one page read."""


@dataclass(frozen=True)
class Request:
    """What is asked of a worker.

    Args:
        name: The job's.
        function: What it calls.
        arguments: What it is called with.
        queue: Where it waits.
        priority: Greater ones run first.
        delay: How long it waits at the least.
        at: The moment that it waits for instead; None for none.
        max_attempts: How often it is tried.
        unique_key: What no other waiting or running job may have; None for nothing.
        concurrency_key: What running jobs are counted by; None for nothing.
    """

    name: str
    function: Callable[..., Any]
    arguments: Mapping[str, Any]
    queue: str
    priority: int
    delay: timedelta
    at: datetime | None
    max_attempts: int
    unique_key: str | None
    concurrency_key: str | None


def insert(request: Request) -> int | None:
    """Insert the row of a job in the transaction of the caller, and wake a worker when that is committed.

    Args:
        request: What is asked for.

    Returns:
        The row's id; None where its unique key is taken.

    Raises:
        ConfigurationError: The application has no jobs.
        TypeError: An argument is not a JSON value, or the function does not take it.
    """
    if EXTENSION not in current_app.extensions:
        raise ConfigurationError(
            f"{request.name} cannot be enqueued: pass jobs=Jobs() to Beastmode, and create the tables with "
            "`flask db migrate`."
        )
    _refuse_other_arguments(request)
    row = _row_of(request, now())
    job_id = _insert_now(row)
    if job_id is not None and row["state"] == "ready":
        after_commit(wake_up)
    return job_id


def _insert_now(row: Mapping[str, Any]) -> int | None:
    """Insert a row; None where its unique key is taken.

    Args:
        row: Values by column.
    """
    work = current_work()
    work.begin_with_changes()
    dialect = postgresql if work.dialect.name == "postgresql" else sqlite
    statement: Any = dialect.insert(JobRow).values(**row).returning(JobRow.id)
    if row["unique_key"] is not None:
        statement = statement.on_conflict_do_nothing(index_elements=[JobRow.unique_key])
    if work.dialect.name == "postgresql" and row["state"] == "ready":
        # Part of the statement: the server tells it to those who listen once it is committed.
        statement = statement.returning(func.pg_notify(CHANNEL, row["queue"]))
    inserted = work.execute(statement).first()
    return None if inserted is None else int(inserted[0])


def _row_of(request: Request, moment: datetime) -> dict[str, Any]:
    """The row of a job.

    Args:
        request: What is asked for.
        moment: The current time.
    """
    run_at = moment + request.delay if request.at is None else request.at
    if run_at.tzinfo is None:
        raise ConfigurationError(f"_at={run_at!r} has no time zone; add tzinfo=UTC.")
    return {
        "name": request.name,
        "arguments": dict(request.arguments),
        "queue": request.queue,
        "priority": request.priority,
        "state": "scheduled" if run_at > moment else "ready",
        "attempts": 0,
        "max_attempts": request.max_attempts,
        "run_at": run_at,
        "created_at": moment,
        "unique_key": _checked_key(request.unique_key),
        "concurrency_key": request.concurrency_key,
    }


def _checked_key(key: str | None) -> str | None:
    """A unique key, if it fits its column.

    Raises:
        ValueError: It does not.
    """
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise ValueError(f"_unique has {len(key)} characters; expected 1 to {_LONGEST_KEY}.")
    return key


def _refuse_other_arguments(request: Request) -> None:
    """Do nothing if a worker can call the function with the arguments.

    Raises:
        TypeError: The function does not take them, or they are not JSON values.
        ValueError: They are too many bytes.
    """
    try:
        inspect.signature(request.function).bind(**request.arguments)
    except TypeError as error:
        raise TypeError(f"{request.name} cannot be called like this: {error}") from None
    refuse_other_values(request.name, request.arguments)
    size = len(orjson.dumps(dict(request.arguments)))
    if size > _LONGEST_ARGUMENTS:
        raise ValueError(
            f"The arguments of {request.name} have {size} bytes of JSON; the maximum is {_LONGEST_ARGUMENTS}. "
            "Store the data, and pass its id."
        )


def refuse_other_values(name: str, value: Any, path: str = "") -> None:
    """Do nothing if a value comes back from JSON as it went in.

    Raises:
        TypeError: It does not.
    """
    if value is None or type(value) in (bool, int, float, str):
        return
    if type(value) is list:
        for number, item in enumerate(value):
            refuse_other_values(name, item, f"{path}[{number}]")
    elif isinstance(value, Mapping) and all(type(key) is str for key in value):
        for key, item in value.items():
            refuse_other_values(name, item, f"{path}.{key}" if path else key)
    else:
        raise TypeError(
            f"{name}: {path} is a {type(value).__name__}; expected a JSON value. Pass an id, or text such as "
            "isoformat(), and read the rest in the job."
        )

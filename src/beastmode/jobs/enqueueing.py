"""Inserts jobs, each in the transaction of the code that enqueues it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson
from flask import current_app
from sqlalchemy import ClauseElement, func

from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.core.events import after_commit
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work
from beastmode.jobs.models import HAS_UNIQUE_KEY, JobRow
from beastmode.jobs.moments import SERVER_NOW, moment
from beastmode.jobs.texts import is_storable
from beastmode.jobs.wakeups import CHANNEL, wake_up

EXTENSION = "beastmode.jobs"
_SCALARS = (bool, int, float, str)
_LONGEST_KEY = 200
_LONGEST_ARGUMENTS = 64 * 1024
"""Bytes of JSON. Jobs should be passed ids and read the data themselves; larger rows would make claims slow."""


@dataclass(frozen=True)
class Request:
    """A job to enqueue.

    Args:
        name: The job's name.
        function: The function to call.
        arguments: Its keyword arguments.
        queue: The queue to add it to.
        priority: Higher priorities run first.
        delay: The minimum delay before it runs.
        at: When to run it, instead of a delay; None to use the delay.
        max_attempts: The maximum number of attempts.
        unique_key: A key that only one unfinished job can have; None for none.
        concurrency_key: The key by which running jobs are limited; None if they are not.
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
    """Insert a job in the caller's transaction, and wake a worker when it is committed.

    Args:
        request: The job to enqueue.

    Returns:
        The job's id; None if its unique key is already in use.

    Raises:
        ConfigurationError: Jobs are not enabled in the application.
        TypeError: An argument is not a JSON value, or the function does not accept it.
    """
    if EXTENSION not in current_app.extensions:
        raise ConfigurationError(
            f"{request.name} cannot be enqueued: pass jobs=Jobs() to Beastmode, and create the tables with "
            "`flask db migrate`."
        )
    _refuse_other_arguments(request)
    job_id = _insert_now(_row_of(request))
    if job_id is not None:
        after_commit(wake_up)  # for a job that is scheduled too: the worker waits until the next one is due
    return job_id


def _insert_now(row: Mapping[str, Any]) -> int | None:
    """Insert a row and return its id; None if its unique key is already in use.

    Args:
        row: Values by column.
    """
    work = current_work()
    work.begin_with_changes()
    at_once = tuple(name for name, value in row.items() if value is SERVER_NOW)
    statement = _insert_statement(work.dialect.name, at_once, is_unique=row["unique_key"] is not None)
    values = {name: value for name, value in row.items() if value is not SERVER_NOW}
    if isinstance(row["run_at"], ClauseElement) and "run_at" not in at_once:
        statement = statement.values(run_at=values.pop("run_at"))
    inserted = work.execute(statement, values).first()
    return None if inserted is None else int(inserted[0])


@lru_cache(maxsize=20)
def _insert_statement(dialect: str, at_once: tuple[str, ...], *, is_unique: bool) -> Any:
    """The INSERT for a row, built once: that takes longer than to run it.

    Args:
        dialect: The name of the dialect.
        at_once: The columns that get the time of the server.
        is_unique: Whether the row has a unique key.
    """
    table: Any = JobRow.__table__
    statement = INSERTS[dialect](table).returning(table.c.id)
    if at_once:
        statement = statement.values(dict.fromkeys(at_once, SERVER_NOW))
    if is_unique:
        statement = statement.on_conflict_do_nothing(index_elements=[table.c.unique_key], index_where=HAS_UNIQUE_KEY)
    if dialect == "postgresql":
        # In the same statement: PostgreSQL delivers the notification when the transaction is committed.
        statement = statement.returning(func.pg_notify(CHANNEL, ""))
    return statement


def _row_of(request: Request) -> dict[str, Any]:
    """The row of a job.

    Args:
        request: The job to enqueue.

    Raises:
        ConfigurationError: The time to run it has no time zone.
        ValueError: A key cannot be stored.
    """
    if request.at is not None and request.at.tzinfo is None:
        raise ConfigurationError(f"_at={request.at!r} has no time zone; add tzinfo=UTC.")
    is_late = request.delay > timedelta() if request.at is None else request.at > now()
    moment_now = moment()
    delayed = moment_now + request.delay if request.delay else moment_now
    return {
        "name": request.name,
        "arguments": dict(request.arguments),
        "queue": request.queue,
        "priority": request.priority,
        "state": "scheduled" if is_late else "ready",
        "attempts": 0,
        "max_attempts": request.max_attempts,
        "run_at": delayed if request.at is None else request.at,
        "created_at": moment_now,
        "unique_key": _checked_key(request.unique_key, "_unique"),
        "concurrency_key": _checked_key(request.concurrency_key, "The concurrency key"),
    }


def _checked_key(key: str | None, name: str) -> str | None:
    """A unique key, if it can be stored.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty or too long, or has characters that a database refuses.
    """
    if key is not None:
        refuse_other_keys(key, name, _LONGEST_KEY)
    return key


def refuse_other_keys(key: Any, name: str, longest: int) -> None:
    """Refuse a key that does not fit its column, or that some database refuses.

    Args:
        key: The key.
        name: What the message calls it.
        longest: The maximum number of characters.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty or too long, or has characters that a database refuses.
    """
    if not isinstance(key, str):
        raise TypeError(f"{name} is a {type(key).__name__}; expected a string.")
    if not 0 < len(key) <= longest:
        raise ValueError(f"{name} has {len(key)} characters; expected 1 to {longest}.")
    if not is_storable(key):
        raise ValueError(f"{name} is {ascii(key)[:50]}; expected text without NUL characters and half surrogate pairs.")


def _refuse_other_arguments(request: Request) -> None:
    """Refuse arguments that a worker could not pass to the function.

    Raises:
        TypeError: The function does not accept them, or they are not JSON values.
        ValueError: They are too large.
    """
    try:
        inspect.signature(request.function).bind(**request.arguments)
    except TypeError as error:
        raise TypeError(f"{request.name} cannot be called with these arguments: {error}") from None
    refuse_other_values(request.name, request.arguments)
    size = len(orjson.dumps(dict(request.arguments)))
    if size > _LONGEST_ARGUMENTS:
        raise ValueError(
            f"The arguments of {request.name} are {size} bytes of JSON; the maximum is {_LONGEST_ARGUMENTS}. "
            "Store the data and pass its id instead."
        )


def refuse_other_values(name: str, value: Any, path: str = "") -> None:
    """Refuse values that would change when they are encoded as JSON and decoded again.

    Raises:
        TypeError: The value contains one.
    """
    if value is None or (type(value) in _SCALARS and _comes_back(value)):
        return
    if type(value) is list:
        for number, item in enumerate(value):
            refuse_other_values(name, item, f"{path}[{number}]")
    elif isinstance(value, Mapping) and all(type(key) is str for key in value):
        for key, item in value.items():
            refuse_other_values(name, item, f"{path}.{key}" if path else key)
    else:
        found = ascii(value)[:50] if type(value) in _SCALARS else f"a {type(value).__name__}"
        raise TypeError(
            f"{name}: {path} is {found}; expected a JSON value. Pass an id, or a string such as isoformat() returns, "
            "and load the rest in the job."
        )


def _comes_back(value: Any) -> bool:
    """Whether a number or text can be written as JSON: not NaN, half a surrogate pair, or more than 64 bits.

    Args:
        value: The number or text.
    """
    try:
        return orjson.dumps(value) != b"null"
    except TypeError:
        return False

"""The `@job` decorator, and the jobs that it declares."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Generic, ParamSpec, TypeVar, overload

from beastmode.core.callables import refuse_deferred
from beastmode.core.errors import ConfigurationError
from beastmode.jobs.enqueueing import Request, insert
from beastmode.jobs.schedule import Schedule

P = ParamSpec("P")
R = TypeVar("R")
_QUEUE = re.compile(r"[a-z][a-z0-9_-]{0,49}")
_OPTIONS = ("_delay", "_at", "_unique", "_queue", "_priority")
_PRIORITIES = range(-1000, 1001)
"""Fits in a SMALLINT."""
_LONGEST_NAME = 200
_LONGEST_DELAY = 100 * 366 * 86_400
"""Seconds: a century, so that the sum is a date that every database has."""

declared: dict[str, "Job[Any, Any]"] = {}
"""Every job declared in this process, by name."""


@dataclass(frozen=True, eq=False)
class Job(Generic[P, R]):
    """A function that can be enqueued. Calling it directly runs it immediately, like any function.

    Args:
        function: The function; its arguments must be JSON values.
        name: The name stored with each enqueued job; it must not change while any are stored.
        queue: The queue that it is added to.
        priority: Higher priorities run first.
        attempts: The maximum number of attempts; after the last failure the job is dead.
        backoff: Seconds before the second attempt; doubled after each attempt, up to an hour.
        timeout: Seconds after which an attempt fails; None for no limit.
        process: Whether it runs in a child process, which is killed at its timeout.
        limit: The maximum number of jobs with the same concurrency key that run at the same time.
        key: Takes the arguments and returns the concurrency key; None to share one key among all calls of the job.
        schedule: When it is enqueued automatically; None for never.
    """

    function: Callable[P, R]
    name: str
    queue: str
    priority: int
    attempts: int
    backoff: float
    timeout: float | None
    process: bool
    limit: int | None
    key: Callable[..., object] | None
    schedule: Schedule | None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function now, in this thread."""
        return self.function(*args, **kwargs)

    def enqueue(
        self,
        _delay: float | timedelta = 0,
        _at: datetime | None = None,
        _unique: str | None = None,
        _queue: str | None = None,
        _priority: int | None = None,
        **arguments: Any,
    ) -> int | None:
        """Have a worker call the function with these arguments after the current changes are committed.

        The job is inserted in the caller's transaction: it is committed or rolled back with your other changes. Outside
        a transaction, it is stored when this method returns.

        Args:
            _delay: The minimum delay before the job runs, in seconds or as a timedelta.
            _at: When to run the job, as a datetime with a time zone, instead of a delay.
            _unique: A key that only one unfinished job can have; if another has it, nothing is inserted.
            _queue: Overrides the job's queue.
            _priority: Overrides the job's priority.
            arguments: The function's keyword arguments, as JSON values.

        Returns:
            The job's id; None if `_unique` is already in use.

        Raises:
            TypeError: An argument is not a JSON value, or the function does not accept it.
            ValueError: A value is out of range, or a key is too long or has characters that a database refuses.
        """
        queue = self.queue if _queue is None else _checked_queue(_queue)
        priority = self.priority if _priority is None else _checked_priority(_priority)
        return insert(
            Request(
                name=self.name,
                function=self.function,
                arguments=arguments,
                queue=queue,
                priority=priority,
                delay=_checked_delay(_delay),
                at=_checked_time(_at),
                max_attempts=self.attempts,
                unique_key=_unique,
                concurrency_key=self.concurrency_key(arguments),
            )
        )

    def concurrency_key(self, arguments: Mapping[str, Any]) -> str | None:
        """The key by which running jobs are limited; None if they are not.

        Args:
            arguments: The function's arguments.
        """
        if self.limit is None:
            return None
        return self.name if self.key is None else f"{self.name}:{self.key(**arguments)}"

    def __repr__(self) -> str:
        """The job as messages show it."""
        return f"Job({self.name!r})"


@overload
def job(function: Callable[P, R], /) -> Job[P, R]: ...


@overload
def job(
    *,
    name: str | None = None,
    queue: str = "default",
    priority: int = 0,
    attempts: int = 10,
    backoff: float = 5,
    timeout: float | None = None,
    process: bool = False,
    limit: int | None = None,
    key: Callable[..., object] | None = None,
    cron: str | None = None,
) -> Callable[[Callable[P, R]], Job[P, R]]: ...


def job(  # noqa: PLR0913 - independent, keyword-only options
    function: Callable[P, R] | None = None,
    /,
    *,
    name: str | None = None,
    queue: str = "default",
    priority: int = 0,
    attempts: int = 10,
    backoff: float = 5,
    timeout: float | None = None,
    process: bool = False,
    limit: int | None = None,
    key: Callable[..., object] | None = None,
    cron: str | None = None,
) -> Any:
    """Turn a function into a job. Can be used with or without options.

    Args:
        function: The function to decorate, if the decorator is used without options.
        name: The name stored with each enqueued job; defaults to the function's module and name. Set it before you move
            or rename a function whose jobs may still be stored.
        queue: The queue that it is added to.
        priority: From -1000 to 1000; higher priorities run first.
        attempts: The maximum number of attempts; after the last failure the job is dead.
        backoff: Approximate number of seconds before the second attempt; doubled after each attempt, up to an hour.
        timeout: Seconds after which an attempt fails. A thread cannot be killed, so add `process=True` for a function
            that may hang.
        process: Whether each attempt runs in a child process.
        limit: The maximum number of jobs with the same `key` that run at the same time, across all workers.
        key: Takes the arguments and returns the value to limit by, such as `lambda account_id: account_id`.
        cron: When it is enqueued automatically, without arguments, in UTC: "*/5 * * * *" is every five minutes.

    Raises:
        ConfigurationError: An option is invalid, or another job has the same name.
    """

    def declare(decorated: Callable[P, R]) -> Job[P, R]:
        title = name or f"{decorated.__module__}.{decorated.__qualname__}"
        refuse_deferred(decorated, "@job", "Write an ordinary function.", ConfigurationError)
        _refuse_options(title, attempts=attempts, backoff=backoff, limit=limit, timeout=timeout, process=process)
        if cron is not None and (needed := _required_arguments(decorated)):
            raise ConfigurationError(
                f"@job {title}: cron= enqueues it without arguments, but it requires {', '.join(needed)}; give them "
                "default values."
            )
        made = Job(
            function=decorated,
            name=title,
            queue=_checked_queue(queue),
            priority=_checked_priority(priority),
            attempts=attempts,
            backoff=backoff,
            timeout=timeout,
            process=process,
            limit=limit,
            key=key,
            schedule=None if cron is None else Schedule(cron),
        )
        known = declared.get(title)
        if known is not None and known.function.__code__ is not decorated.__code__:
            raise ConfigurationError(f"Two jobs are named {title!r}; set name= on one of them.")
        declared[title] = made
        return made

    return declare if function is None else declare(function)


def _refuse_options(  # noqa: PLR0913 - independent, keyword-only options
    title: str, *, attempts: Any, backoff: Any, limit: Any, timeout: Any, process: bool
) -> None:
    """Refuse invalid options.

    Raises:
        ConfigurationError: An option is invalid; the message says what was expected.
    """
    if not 0 < len(title) <= _LONGEST_NAME:
        raise ConfigurationError(f"@job {title}: its name has {len(title)} characters; expected 1 to {_LONGEST_NAME}.")
    if not (_is_whole(attempts) and 1 <= attempts <= 100):
        raise ConfigurationError(f"@job {title}: attempts={attempts!r}; expected a number from 1 to 100.")
    if not (_is_number(backoff) and backoff >= 0):
        raise ConfigurationError(f"@job {title}: backoff={backoff!r}; expected a number of seconds, 0 or more.")
    if limit is not None and not (_is_whole(limit) and limit >= 1):
        raise ConfigurationError(f"@job {title}: limit={limit!r}; expected a number above 0.")
    if timeout is not None and not (_is_number(timeout) and timeout > 0):
        raise ConfigurationError(f"@job {title}: timeout={timeout!r}; expected a number of seconds above 0.")
    if process and timeout is None:
        raise ConfigurationError(f"@job {title}: process=True requires timeout=.")


def _is_whole(value: Any) -> bool:
    """Whether a value is a whole number, and not True or False."""
    return type(value) is int


def _is_number(value: Any) -> bool:
    """Whether a value is a finite number, and not True or False."""
    return type(value) in {int, float} and isfinite(value)


def _checked_queue(queue: str) -> str:
    """The name of a queue, if it is valid.

    Raises:
        ConfigurationError: It is invalid.
    """
    if not _QUEUE.fullmatch(queue):
        raise ConfigurationError(
            f'queue={queue!r}: expected lowercase letters, digits, hyphens and underscores, such as "mail".'
        )
    return queue


def _checked_priority(priority: int) -> int:
    """A priority, if it is valid.

    Raises:
        ConfigurationError: It is invalid.
    """
    if type(priority) is not int or priority not in _PRIORITIES:  # True is in a range, as 1
        raise ConfigurationError(f"priority={priority!r}: expected a whole number from -1000 to 1000.")
    return priority


def _checked_delay(delay: Any) -> timedelta:
    """A delay, if it is one and short enough for every calendar.

    Raises:
        TypeError: It is neither a number nor a timedelta.
        ValueError: It is not a finite number, or longer than a century.
    """
    if isinstance(delay, bool) or not isinstance(delay, int | float | timedelta):
        raise TypeError(f"_delay is a {type(delay).__name__}; expected a number of seconds or a timedelta.")
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay
    if not -_LONGEST_DELAY <= seconds <= _LONGEST_DELAY:  # false for NaN
        raise ValueError(f"_delay={delay!r}: expected a number of seconds or a timedelta, of at most 100 years.")
    return timedelta(seconds=max(0.0, seconds))


def _checked_time(at: Any) -> datetime | None:
    """A time to run at, if it is one.

    Raises:
        TypeError: It is not a datetime.
    """
    if at is not None and not isinstance(at, datetime):
        raise TypeError(f"_at is a {type(at).__name__}; expected a datetime with a time zone.")
    return at


def _required_arguments(function: Callable[..., Any]) -> list[str]:
    """The names of the arguments that a function cannot be called without."""
    parameters = inspect.signature(function).parameters.values()
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [each.name for each in parameters if each.default is each.empty and each.kind not in variadic]

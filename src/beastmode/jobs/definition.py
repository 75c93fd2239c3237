"""A function that runs outside of requests, and the declaration of how."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
"""What fits a SMALLINT, with room to spare."""

declared: dict[str, "Job[Any, Any]"] = {}
"""Every job of the process, by name."""


@dataclass(frozen=True, eq=False)
class Job(Generic[P, R]):
    """A function that can be enqueued. Calling it runs it at once, as the function that it is.

    Args:
        function: The function; its arguments must be JSON values.
        name: What the row calls it; it must not change as long as there are rows.
        queue: The queue that it waits in.
        priority: Greater ones run first.
        attempts: How often it is tried before it is dead.
        backoff: Seconds before the second attempt; doubled for each further one, at most an hour.
        timeout: Seconds after which an attempt has failed; None for no limit.
        process: Whether it runs in a process of its own, which can be ended at its timeout.
        limit: How many jobs with one concurrency key run at the same time.
        key: Takes the arguments, and returns the concurrency key; None for one key for the whole job.
        schedule: When it is enqueued by itself; None for never.
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
        """Have a worker call the function with these arguments, once the current changes are committed.

        The row is inserted in the caller's own transaction: it is committed with it, and gone if it is rolled back.
        Outside of a transaction it is stored when this returns.

        Args:
            _delay: How long to wait at the least, in seconds or as a timedelta.
            _at: The moment to wait for, with its time zone, instead of a delay.
            _unique: A key that no two waiting or running jobs have; while there is one, nothing is inserted.
            _queue: Another queue than the job's.
            _priority: Another priority than the job's.
            arguments: The function's arguments, as JSON values.

        Returns:
            The id of the job; None if `_unique` is taken.

        Raises:
            TypeError: An argument is not a JSON value, or the function does not take it.
        """
        queue = self.queue if _queue is None else _checked_queue(_queue)
        priority = self.priority if _priority is None else _checked_priority(_priority)
        delay = _delay if isinstance(_delay, timedelta) else timedelta(seconds=_delay)
        return insert(
            Request(
                name=self.name,
                function=self.function,
                arguments=arguments,
                queue=queue,
                priority=priority,
                delay=delay,
                at=_at,
                max_attempts=self.attempts,
                unique_key=_unique,
                concurrency_key=self.concurrency_key(arguments),
            )
        )

    def concurrency_key(self, arguments: Mapping[str, Any]) -> str | None:
        """The key whose running jobs are counted; None if they are not limited.

        Args:
            arguments: The function's arguments.
        """
        if self.limit is None:
            return None
        return self.name if self.key is None else f"{self.name}:{self.key(**arguments)}"

    def __repr__(self) -> str:
        """The job as a message shows it."""
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


def job(  # noqa: PLR0913 - each is an option of its own, given by name
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
    """Make a job of a function, with or without options.

    Args:
        function: The function to decorate, for the form without options.
        name: What rows call it; by default its module and name. Set it before you move a function that has rows.
        queue: The queue that it waits in.
        priority: Jobs with a greater one run first, -1000 to 1000.
        attempts: How often it is tried before it is dead.
        backoff: Seconds before the second attempt, give or take; doubled for each further one, at most an hour.
        timeout: Seconds after which an attempt has failed. A thread cannot be ended: add `process=True` for a function
            that may hang.
        process: Whether each attempt runs in a process of its own.
        limit: How many jobs with the same `key` run at the same time, in all workers together.
        key: Takes the arguments, and returns what the limit counts by, such as `lambda account_id: account_id`.
        cron: When it is enqueued by itself, without arguments, in UTC: "*/5 * * * *" is every five minutes.

    Raises:
        ConfigurationError: An option is not valid, or two jobs have one name.
    """

    def declare(decorated: Callable[P, R]) -> Job[P, R]:
        title = name or f"{decorated.__module__}.{decorated.__qualname__}"
        refuse_deferred(decorated, "@job", "Write an ordinary function.", ConfigurationError)
        _refuse_options(title, attempts=attempts, limit=limit, timeout=timeout, process=process)
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
            raise ConfigurationError(f"There are two jobs called {title!r}; give one of them a name=.")
        declared[title] = made
        return made

    return declare if function is None else declare(function)


def _refuse_options(title: str, *, attempts: int, limit: int | None, timeout: float | None, process: bool) -> None:
    """Refuse options that could not be meant.

    Raises:
        ConfigurationError: With what was expected.
    """
    if not 1 <= attempts <= 100:
        raise ConfigurationError(f"@job {title}: attempts={attempts!r}; expected a number from 1 to 100.")
    if limit is not None and limit < 1:
        raise ConfigurationError(f"@job {title}: limit={limit!r}; expected a number above 0.")
    if timeout is not None and timeout <= 0:
        raise ConfigurationError(f"@job {title}: timeout={timeout!r}; expected a number of seconds above 0.")
    if process and timeout is None:
        raise ConfigurationError(f"@job {title}: process=True is for jobs that may hang; add timeout=.")


def _checked_queue(queue: str) -> str:
    """A queue's name, if it is one.

    Raises:
        ConfigurationError: It is not.
    """
    if not _QUEUE.fullmatch(queue):
        raise ConfigurationError(f"queue={queue!r}: expected lowercase letters, digits, - and _, such as mail.")
    return queue


def _checked_priority(priority: int) -> int:
    """A priority, if it is one.

    Raises:
        ConfigurationError: It is not.
    """
    if priority not in _PRIORITIES:
        raise ConfigurationError(f"priority={priority!r}: expected a whole number from -1000 to 1000.")
    return priority

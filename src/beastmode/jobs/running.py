"""Runs one job: calls its function, and keeps track of the current job for `progress` and `current_job_id`."""

import traceback
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from beastmode.core.background import GiveUp
from beastmode.core.errors import BeastmodeError
from beastmode.db.session import current_work
from beastmode.jobs.enqueueing import refuse_other_values
from beastmode.jobs.models import JobRow
from beastmode.jobs.texts import storable

_running: ContextVar[int | None] = ContextVar("beastmode_job", default=None)
_LONGEST_NOTE = 200


@dataclass(frozen=True)
class Outcome:
    """The outcome of an attempt.

    Args:
        result: What the function returned.
        error: Why it failed, usually a traceback; None if it succeeded.
        is_final: Whether no further attempt should be made.
    """

    result: Any = None
    error: str | None = None
    is_final: bool = False


def outcome_of(job_id: int, name: str, function: Callable[..., Any], arguments: dict[str, Any]) -> Outcome:
    """Call a job's function, and return its result or its error as an outcome.

    Args:
        job_id: The job's id.
        name: The job's name.
        function: What to call.
        arguments: What to call it with.
    """
    token = _running.set(job_id)
    try:
        result = function(**arguments)
        refuse_other_values(f"The result of {name}", result, "it")
    except GiveUp as error:
        return Outcome(error=storable(str(error)), is_final=True)
    except (Exception, SystemExit):  # noqa: BLE001 - any error is stored with the job
        return Outcome(error=storable(traceback.format_exc()))
    finally:
        _running.reset(token)
    return Outcome(result)


def current_job_id() -> int | None:
    """The id of the job that is running in this thread; None outside a job."""
    return _running.get()


def progress(share: float, note: str = "") -> None:
    """Report the progress of the running job, which its status shows immediately. Does nothing outside a job.

    Args:
        share: The completed share, from 0 to 1.
        note: A short description for people; truncated to 200 characters.

    Raises:
        BeastmodeError: The share is not between 0 and 1.
    """
    if not 0 <= share <= 1:
        raise BeastmodeError(f"progress({share!r}): expected a number from 0 to 1.")
    job_id = _running.get()
    if job_id is not None:
        statement = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
        current_work().execute(statement.values(progress=share, note=storable(note)[:_LONGEST_NOTE] or None))

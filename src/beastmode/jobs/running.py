"""Runs one job: calls its function, and knows meanwhile which row it is."""

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

_running: ContextVar[int | None] = ContextVar("beastmode_job", default=None)
_LONGEST_NOTE = 200


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt.

    Args:
        result: What the function returned.
        error: Why it failed, with the end of its traceback; None where it did not.
        is_final: Whether no further attempt is made.
    """

    result: Any = None
    error: str | None = None
    is_final: bool = False


def outcome_of(job_id: int, name: str, function: Callable[..., Any], arguments: dict[str, Any]) -> Outcome:
    """Call a job's function; whatever it raises is the outcome.

    Args:
        job_id: The row's id.
        name: The job's name.
        function: What to call.
        arguments: What to call it with.
    """
    token = _running.set(job_id)
    try:
        result = function(**arguments)
        refuse_other_values(f"The result of {name}", result, "it")
    except GiveUp as error:
        return Outcome(error=str(error), is_final=True)
    except Exception:  # noqa: BLE001 - it is told to whoever looks at the row
        return Outcome(error=traceback.format_exc())
    finally:
        _running.reset(token)
    return Outcome(result)


def current_job_id() -> int | None:
    """The id of the job that runs in this thread; None outside of jobs."""
    return _running.get()


def progress(share: float, note: str = "") -> None:
    """Say how far the running job has come; whoever reads its status sees it at once. Nothing outside of a job.

    Args:
        share: From 0 to 1.
        note: A few words for people, up to 200 characters.

    Raises:
        BeastmodeError: The share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise BeastmodeError(f"progress({share!r}): expected a number from 0 to 1.")
    job_id = _running.get()
    if job_id is not None:
        statement = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
        current_work().execute(statement.values(progress=share, note=note[:_LONGEST_NOTE] or None))

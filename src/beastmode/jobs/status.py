"""The status of jobs: state, progress and outcome; and retrying or discarding them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, literal, literal_column, select, union_all, update

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.jobs.distinct import values_after
from beastmode.jobs.models import HAS_KEY, JobRow, in_state
from beastmode.jobs.moments import moment
from beastmode.jobs.wakeups import wake_others

State = Literal["scheduled", "ready", "relayed", "running", "blocked", "parked", "done", "dead"]
MOST_COUNTED = 10_000
"""The maximum number of rows that are counted in each state: a few milliseconds, whenever the metrics are collected."""
_COUNTED = ("scheduled", "ready", "relayed", "running", "blocked", "parked", "dead")
_SHOWN = (
    JobRow.id,
    JobRow.name,
    JobRow.state,
    JobRow.queue,
    JobRow.attempts,
    JobRow.max_attempts,
    JobRow.run_at,
    JobRow.started_at,
    JobRow.finished_at,
    JobRow.progress,
    JobRow.note,
    JobRow.result,
    JobRow.error,
)


@dataclass(frozen=True)
class Status:
    """The current status of a job.

    Args:
        id: The job's id.
        name: The job's name.
        state: "scheduled" (not due yet), "ready", "relayed" (handed to Celery), "running", "blocked" (the maximum
            number of jobs with its key is running), "parked" (no worker knows its function yet), "done" or "dead".
        queue: The queue that it is in.
        attempts: The number of attempts that have started.
        max_attempts: The maximum number of attempts.
        run_at: When it is or was due.
        started_at: When the last attempt started.
        finished_at: When it became "done" or "dead".
        progress: The progress that the function reported, from 0 to 1.
        note: The note that the function reported with it.
        result: What the function returned.
        error: Why the last failed attempt failed.
    """

    id: int
    name: str
    state: State
    queue: str
    attempts: int
    max_attempts: int
    run_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: float | None
    note: str | None
    result: Any
    error: str | None


@dataclass(frozen=True)
class Counts:
    """The number of jobs by state, and the longest wait.

    Args:
        states: The number of jobs in each state that has any, up to 10,000 of each.
        lag: How long the oldest ready or relayed job has been waiting, in seconds; 0 if there is none.
    """

    states: dict[str, int]
    lag: float


def status_of(job_id: int) -> Status | None:
    """The current status of a job; None if it does not exist or has been deleted.

    Args:
        job_id: The id that `enqueue` returned.
    """
    row = current_work().execute(select(*_SHOWN).where(JobRow.id == job_id)).mappings().first()
    return None if row is None else Status(**row)


def list_jobs(state: State, name: str | None = None, limit: int = 100) -> list[Status]:
    """The newest jobs in a state.

    Args:
        state: The state.
        name: The name of a job, to list only its calls; None for all jobs.
        limit: The maximum number of jobs.
    """
    statement = select(*_SHOWN).where(in_state(state)).order_by(JobRow.id.desc()).limit(limit)
    if name is not None:
        statement = statement.where(JobRow.name == name)
    return [Status(**row) for row in current_work().execute(statement).mappings()]


def retry(*job_ids: int, name: str | None = None) -> int:
    """Retry dead jobs, starting over at the first attempt; returns how many.

    Args:
        job_ids: The ids of the jobs; if omitted, all dead jobs are retried.
        name: The name of a job, to retry only its calls.
    """
    statement = update(JobRow).where(in_state("dead"))
    if job_ids:
        statement = statement.where(JobRow.id.in_(job_ids))
    if name is not None:
        statement = statement.where(JobRow.name == name)
    values = {"state": "ready", "attempts": 0, "finished_at": None, "run_at": moment()}
    count = int(current_work().execute(statement.values(**values)).rowcount)
    wake_others()
    return count


def discard(*job_ids: int, name: str | None = None) -> int:
    """Delete jobs that are neither running nor done; returns how many.

    Args:
        job_ids: The ids of the jobs; if omitted, all dead jobs are deleted.
        name: The name of a job, to delete only its calls.
    """
    states = ["scheduled", "ready", "relayed", "blocked", "parked", "dead"] if job_ids else ["dead"]
    statement = JobRow.__table__.delete().where(in_state(*states))  # type: ignore[attr-defined]  # a Table
    if job_ids:
        statement = statement.where(JobRow.id.in_(job_ids))
    if name is not None:
        statement = statement.where(JobRow.name == name)
    return int(current_work().execute(statement).rowcount)


def counts() -> Counts:
    """The number of unfinished and dead jobs by state, and how long the oldest ready job has been waiting."""
    return Counts(numbers(), lag())


def numbers() -> dict[str, int]:
    """The number of unfinished and dead jobs by state, of which at most `MOST_COUNTED` are counted."""
    counted: list[Any] = [
        select(literal(state).label("state"), select(func.count()).select_from(_first(state)).scalar_subquery())
        for state in _COUNTED
    ]
    found: Sequence[Any] = current_work().execute(union_all(*counted)).all()
    return {state: number for state, number in found if number}


def lag() -> float:
    """How long the oldest ready or relayed job has been waiting, in seconds; 0 if there is none."""
    name = values_after(JobRow.queue, in_state("ready"))
    queues = current_work().execute(select(name).where(name.is_not(None))).scalars().all()
    found = [moment for queue in queues for moment in _oldest(queue)]
    # At most CELERY_WINDOW for each queue.
    relayed = current_work().execute(select(func.min(JobRow.run_at)).where(in_state("relayed"))).scalar()
    oldest = min(found if relayed is None else [*found, relayed], default=None)
    return 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())


def _oldest(queue: str) -> Iterator[datetime]:
    """When the oldest ready job of each priority in a queue was due, by one look into the index for each."""
    rows = select(JobRow.priority, JobRow.run_at).where(in_state("ready"), JobRow.queue == queue)
    rows = rows.order_by(JobRow.priority.desc(), JobRow.run_at).limit(1)
    found = current_work().execute(rows).first()
    while found is not None:
        yield found.run_at
        found = current_work().execute(rows.where(JobRow.priority < found.priority)).first()


def _first(state: str) -> Any:
    """The rows in a state that are counted."""
    rows: Any = select(literal_column("1")).where(in_state(state))  # no column: the index is all that has to be read
    if state == "blocked":
        rows = rows.where(HAS_KEY)  # they all have; the index is of those
    return rows.limit(MOST_COUNTED).subquery()

"""What people and programs may know of a job: its state, how far it is, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, select, update

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.jobs.models import JobRow
from beastmode.jobs.wakeups import wake_up

State = Literal["scheduled", "ready", "running", "blocked", "parked", "done", "dead"]
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
    """One job, as it is now.

    Args:
        id: Its id.
        name: The job's name.
        state: "scheduled" (waits for its moment), "ready", "running", "blocked" (as many with its key are running as
            may), "parked" (no worker knows its function yet), "done" or "dead".
        queue: Where it waits.
        attempts: How many attempts have begun.
        max_attempts: How many there are.
        run_at: The moment that it waits or waited for.
        started_at: When the last attempt began.
        finished_at: When it was done, or dead.
        progress: How far the attempt is, from 0 to 1, as the function says.
        note: What the function says of that.
        result: What the function returned.
        error: Why the last attempt failed.
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
    """How the jobs of an application are doing.

    Args:
        states: How many rows are in each state.
        lag: Seconds that the oldest ready job has been waiting; 0 where none waits.
    """

    states: dict[str, int]
    lag: float


def status_of(job_id: int) -> Status | None:
    """One job as it is now; None if there is none, or no longer.

    Args:
        job_id: What `enqueue` returned.
    """
    row = current_work().execute(select(*_SHOWN).where(JobRow.id == job_id)).mappings().first()
    return None if row is None else Status(**row)


def list_jobs(state: State, name: str | None = None, limit: int = 100) -> list[Status]:
    """The newest jobs in a state.

    Args:
        state: The state.
        name: Of the job; None for all.
        limit: How many at the most.
    """
    statement = select(*_SHOWN).where(JobRow.state == state).order_by(JobRow.id.desc()).limit(limit)
    if name is not None:
        statement = statement.where(JobRow.name == name)
    return [Status(**row) for row in current_work().execute(statement).mappings()]


def retry(*job_ids: int, name: str | None = None) -> int:
    """Have dead jobs run again, with all their attempts; how many.

    Args:
        job_ids: Which; none for all dead ones.
        name: Of the job, if only its are meant.
    """
    statement = update(JobRow).where(JobRow.state == "dead")
    if job_ids:
        statement = statement.where(JobRow.id.in_(job_ids))
    if name is not None:
        statement = statement.where(JobRow.name == name)
    values = {"state": "ready", "attempts": 0, "finished_at": None, "run_at": now()}
    count = int(current_work().execute(statement.values(**values)).rowcount)
    wake_up()
    return count


def discard(*job_ids: int, name: str | None = None) -> int:
    """Delete jobs that are not running, and not done; how many.

    Args:
        job_ids: Which; none for all dead ones.
        name: Of the job, if only its are meant.
    """
    states = ["scheduled", "ready", "blocked", "parked", "dead"] if job_ids else ["dead"]
    statement = JobRow.__table__.delete().where(JobRow.state.in_(states))  # type: ignore[attr-defined]  # a Table
    if job_ids:
        statement = statement.where(JobRow.id.in_(job_ids))
    if name is not None:
        statement = statement.where(JobRow.name == name)
    return int(current_work().execute(statement).rowcount)


def counts() -> Counts:
    """How many jobs are in each state, and how long the oldest has been waiting."""
    work = current_work()
    grouped = select(JobRow.state, func.count().label("number")).where(JobRow.state != "done").group_by(JobRow.state)
    states = {row.state: row.number for row in work.execute(grouped)}
    oldest = work.execute(select(func.min(JobRow.run_at)).where(JobRow.state == "ready")).scalar()
    return Counts(states, 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds()))

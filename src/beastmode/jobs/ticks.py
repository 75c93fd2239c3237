"""Enqueues the jobs that have a schedule: once a moment, however many workers there are."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.definition import Job
from beastmode.jobs.models import JobTick

_LATE = timedelta(minutes=10)
"""How late a moment may be found, as after a restart; one that is older is left out."""


def enqueue_ticks(jobs: Iterable[Job[Any, Any]]) -> int:
    """Enqueue each job whose moment has come and that nobody has enqueued for it; how many.

    Args:
        jobs: Those without a schedule are left out.
    """
    moment, count = now(), 0
    for job in jobs:
        if job.schedule is None:
            continue
        tick = job.schedule.last(moment)
        if tick is not None and moment - tick < _LATE and _is_new(job, tick):
            with transaction():
                if _mark(job, tick):
                    job.enqueue()
                    count += 1
    return count


def _is_new(job: Job[Any, Any], tick: datetime) -> bool:
    """Whether nobody has enqueued a job for a moment, as far as can be seen without the write lock."""
    statement = select(JobTick.name).where(JobTick.name == job.name, JobTick.tick == tick)
    return current_work().execute(statement).first() is None


def _mark(job: Job[Any, Any], tick: datetime) -> bool:
    """Take a moment for this worker; False where another was faster."""
    work = current_work()
    dialect = postgresql if work.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(JobTick).values(name=job.name, tick=tick).on_conflict_do_nothing()
    return work.execute(statement.returning(JobTick.name)).first() is not None

"""Enqueues scheduled jobs: once for each scheduled time, no matter how many workers are running."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from beastmode.core.clock import now
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.definition import Job
from beastmode.jobs.models import JobTick

_LATE = timedelta(minutes=10)
"""How late a job may be enqueued, for example after a restart; older scheduled times are skipped."""


def enqueue_ticks(jobs: Iterable[Job[Any, Any]]) -> int:
    """Enqueue each scheduled job that is due and has not been enqueued yet; returns how many.

    Args:
        jobs: The jobs to check; those without a schedule are skipped.
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
    """Whether a job seems not to have been enqueued for a scheduled time; checked without taking the write lock."""
    statement = select(JobTick.name).where(JobTick.name == job.name, JobTick.tick == tick)
    return current_work().execute(statement).first() is None


def _mark(job: Job[Any, Any], tick: datetime) -> bool:
    """Record that this worker enqueues a job for a scheduled time; False if another worker was faster."""
    work = current_work()
    statement = INSERTS[work.dialect.name](JobTick).values(name=job.name, tick=tick).on_conflict_do_nothing()
    return work.execute(statement.returning(JobTick.name)).first() is not None

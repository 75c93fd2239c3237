"""The tables of jobs, which a project's migrations create like any other table."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base

_ID = BigInteger().with_variant(Integer, "sqlite")  # SQLite autoincrements only INTEGER columns


class JobRow(Base):
    """One enqueued call of a job, with its state and its outcome."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(_ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    queue: Mapped[str] = mapped_column(String(50))
    priority: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(SmallInteger)
    max_attempts: Mapped[int] = mapped_column(SmallInteger)
    run_at: Mapped[datetime]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(100))
    unique_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    concurrency_key: Mapped[str | None] = mapped_column(String(200))
    progress: Mapped[float | None]
    note: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(Text)


def _partial_index(name: str, condition: str, *columns: Any) -> Index:
    """An index of the rows in some states, which stays small no matter how many other rows are stored."""
    where = JobRow.state.in_(condition.split())
    return Index(f"ix_jobs_{name}", *columns, postgresql_where=where, sqlite_where=where)


# Each lets a worker find its next rows without scanning those behind them.
_partial_index("ready", "ready", JobRow.queue, JobRow.priority.desc(), JobRow.id)
_partial_index("scheduled", "scheduled", JobRow.run_at)
_partial_index("running", "running", JobRow.lease_until)
_partial_index("held", "blocked parked", JobRow.state, JobRow.concurrency_key, JobRow.id)
_partial_index("keys", "running", JobRow.concurrency_key)
_partial_index("relayed", "relayed", JobRow.queue, JobRow.lease_until)
_partial_index("finished", "done dead", JobRow.finished_at)


class JobMark(Base):
    """Records that the effect with this key has been performed; see `once`."""

    __tablename__ = "job_marks"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(index=True)


class JobTick(Base):
    """Records that a scheduled job has been enqueued for this time, so that only one worker enqueues it."""

    __tablename__ = "job_ticks"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    tick: Mapped[datetime] = mapped_column(primary_key=True)


class JobRelay(Base):
    """A running relay, and whether it reaches Celery's broker, so that web processes know without asking the broker."""

    __tablename__ = "job_relays"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    beaten_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(200))

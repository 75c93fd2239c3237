"""The tables of jobs, which a project's migrations create like any other table."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    literal_column,
)
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
    unique_key: Mapped[str | None] = mapped_column(String(200))
    concurrency_key: Mapped[str | None] = mapped_column(String(200))
    progress: Mapped[float | None]
    note: Mapped[str | None] = mapped_column(String(200))
    result: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(Text)


def in_state(*states: str) -> ColumnElement[bool]:
    """The condition that a row is in one of some states, in the words of the partial indexes.

    The states are written into the SQL: a database that plans a statement once for all values of its parameters cannot
    use an index of some values.

    Args:
        states: The states, in the same order as in the index.
    """
    names: list[Any] = [literal_column(f"'{state}'") for state in states]
    return JobRow.state == names[0] if len(names) == 1 else JobRow.state.in_(names)


HAS_KEY = JobRow.concurrency_key.is_not(None)


def _partial_index(name: str, where: ColumnElement[bool], *columns: Any, unique: bool = False) -> Index:
    """An index of some rows, which stays small no matter how many others are stored."""
    return Index(f"ix_jobs_{name}", *columns, unique=unique, postgresql_where=where, sqlite_where=where)


# Each lets a worker find its next rows without scanning those behind them.
_partial_index("ready", in_state("ready"), JobRow.queue, JobRow.priority.desc(), JobRow.run_at, JobRow.id)
_partial_index("scheduled", in_state("scheduled"), JobRow.run_at)
_partial_index("running", in_state("running"), JobRow.lease_until)
_partial_index("relayed", in_state("relayed"), JobRow.queue, JobRow.lease_until)
_partial_index("parked", in_state("parked"), JobRow.name)
_partial_index("dead", in_state("dead"), JobRow.id)
_partial_index("finished", in_state("done", "dead"), JobRow.finished_at)
# All states of a limited job in one index: rows of other jobs, which are most, are in none.
_partial_index("keys", HAS_KEY, JobRow.state, JobRow.concurrency_key, JobRow.priority.desc(), JobRow.run_at, JobRow.id)
HAS_UNIQUE_KEY = JobRow.unique_key.is_not(None)
# Not a constraint, whose index would get an entry for each row without a key too.
_partial_index("unique", HAS_UNIQUE_KEY, JobRow.unique_key, unique=True)


class JobMark(Base):
    """Records that the effect with this key has been performed; see `once`."""

    __tablename__ = "job_marks"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    made_at: Mapped[datetime] = mapped_column(index=True)


class JobTick(Base):
    """Records that a scheduled job has been enqueued for this time, so that only one worker enqueues it."""

    __tablename__ = "job_ticks"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    tick: Mapped[datetime] = mapped_column(primary_key=True, index=True)


class JobRelay(Base):
    """A running relay, and whether it reaches Celery's broker, so that web processes know without asking the broker."""

    __tablename__ = "job_relays"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    beaten_at: Mapped[datetime]
    problem: Mapped[str | None] = mapped_column(String(200))

"""The rows on their way to Celery: handed over, taken by one of its workers, or lost on the way.

A message only names its row. The row decides who runs it, so that a message that is lost, delayed or delivered twice
neither loses a job nor runs it twice at the same time.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select, update

from beastmode.db.session import current_work
from beastmode.jobs.claims import CLAIMED, Claim
from beastmode.jobs.models import JobRow, in_state
from beastmode.jobs.moments import moment
from beastmode.jobs.queue import Queue
from beastmode.jobs.upkeep import SWEPT
from beastmode.jobs.wakeups import wake_others

_PARCEL = (
    JobRow.id,
    JobRow.name,
    JobRow.arguments,
    JobRow.queue,
    JobRow.priority,
    JobRow.run_at,
    JobRow.attempts,
)


@dataclass(frozen=True)
class Parcel:
    """A row that is handed to Celery.

    Args:
        id: The row's id.
        name: The job's name, which is the name of the Celery task.
        arguments: The function's keyword arguments.
        queue: The queue.
        priority: Higher priorities run first.
        run_at: When it was due.
        attempts: The number of attempts that have started.
    """

    id: int
    name: str
    arguments: dict[str, Any]
    queue: str
    priority: int
    run_at: datetime
    attempts: int


class Handover:
    """Hands rows over, as one relay does. Requires an app context.

    Args:
        relay: The relay's unique name.
        lease: How long a row may wait for a Celery worker before the relay asks whether its message was lost.
    """

    def __init__(self, relay: str, lease: timedelta) -> None:
        self.relay = relay
        self.lease = lease

    def take(self, queue: str, most: int) -> list[Parcel]:
        """Mark the first ready rows of a queue as relayed, and return them; their messages can be sent now.

        Marked before they are sent, because a message may be read at once. If the relay is killed in between, the rows
        look like those whose messages were lost.

        Args:
            queue: The name of the queue.
            most: The maximum number of rows.
        """
        ready = (
            select(JobRow.id)
            .where(in_state("ready"), JobRow.queue == queue)
            .order_by(JobRow.priority.desc(), JobRow.run_at, JobRow.id)
            .limit(most)
        )
        return self._mark(ready, "ready")

    def waiting(self, queue: str) -> int:
        """The number of rows of a queue that no Celery worker has started yet.

        Args:
            queue: The name of the queue.
        """
        counted = select(func.count()).where(in_state("relayed"), JobRow.queue == queue)
        return int(current_work().execute(counted).scalar_one())

    def overdue(self) -> Mapping[str, int]:
        """The queues with rows that have waited longer than the lease, and how many rows of each are relayed in all."""
        late = func.sum(case((JobRow.lease_until < moment(), 1), else_=0))
        grouped = (
            select(JobRow.queue, func.count().label("number"))
            .where(in_state("relayed"))
            .group_by(JobRow.queue)
            .having(late > 0)
        )
        return {row.queue: row.number for row in current_work().execute(grouped)}

    def take_again(self, queue: str, most: int) -> list[Parcel]:
        """The rows of a queue that have waited longest beyond the lease, which starts again; send their messages again.

        Args:
            queue: The name of the queue.
            most: The maximum number of rows.
        """
        late = (
            select(JobRow.id)
            .where(in_state("relayed"), JobRow.queue == queue, JobRow.lease_until < moment())
            .order_by(JobRow.lease_until)
            .limit(most)
        )
        return self._mark(late, "relayed")

    def give_back(self, parcels: Collection[Parcel]) -> None:
        """Make rows ready again whose messages could not be sent.

        Args:
            parcels: The rows.
        """
        mine = update(JobRow).where(
            JobRow.id.in_([parcel.id for parcel in parcels]), in_state("relayed"), JobRow.worker == self.relay
        )
        current_work().execute(mine.values(state="ready", worker=None, lease_until=None))

    def park(self, parcel: Parcel) -> None:
        """Set aside a row whose job the relay does not know, such as one from a newer version; see `Upkeep.unpark`.

        Args:
            parcel: The row.
        """
        mine = update(JobRow).where(JobRow.id == parcel.id, in_state("relayed"), JobRow.worker == self.relay)
        current_work().execute(mine.values(state="parked", worker=None, lease_until=None))

    def _mark(self, rows: Any, state: str) -> list[Parcel]:
        """Mark the rows of a SELECT as relayed by this relay.

        Args:
            rows: Selects their ids.
            state: The state that they are in.
        """
        work = current_work()
        if work.dialect.name == "postgresql":
            rows = rows.with_for_update(skip_locked=True)
        elif work.execute(rows.limit(1)).first() is None:
            return []  # an UPDATE takes the write lock even if it matches no rows
        chosen = rows.cte("chosen")  # PostgreSQL would rerun a subquery for each row that another relay took
        statement = (
            update(JobRow)
            .where(JobRow.id == chosen.c.id, JobRow.state == state)
            .values(state="relayed", worker=self.relay, lease_until=moment() + self.lease)
            .returning(*_PARCEL)
        )
        parcels = [Parcel(**row) for row in work.execute(statement).mappings()]
        return sorted(parcels, key=lambda parcel: (-parcel.priority, parcel.run_at, parcel.id))


def recall() -> int:
    """Make rows ready that were handed to Celery and that nobody has started within the lease; returns how many.

    For workers that run jobs themselves: nobody else would run these rows after CELERY_BROKER_URL was removed.
    """
    late = select(JobRow.id).where(in_state("relayed"), JobRow.lease_until < moment()).limit(SWEPT)
    if current_work().execute(late.limit(1)).first() is None:
        return 0
    statement = update(JobRow).where(JobRow.id.in_(late), in_state("relayed"))
    return int(current_work().execute(statement.values(state="ready", worker=None, lease_until=None)).rowcount)


def claim_row(job_id: int, name: str, worker: str, lease: timedelta) -> Claim | None:
    """Claim a row for a Celery worker; None if it is not waiting any more, as for a message that comes twice.

    Args:
        job_id: The row's id.
        name: The job's name.
        worker: The unique name of the process.
        lease: How long it owns the row after each heartbeat.
    """
    waiting = in_state("relayed", "ready")
    statement = (
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.name == name, waiting)
        .values(
            state="running",
            worker=worker,
            attempts=JobRow.attempts + 1,
            started_at=case((JobRow.concurrency_key.is_(None), moment())),
            lease_until=moment() + lease,
            progress=None,
            note=None,
        )
        .returning(*CLAIMED)
    )
    row = current_work().execute(statement).mappings().first()
    return None if row is None else Claim(**row)


def mark_lost(job_id: int, process: str, why: str, backoff: float) -> bool:
    """End the attempt of a process that was killed, like one that failed; False if it had already ended.

    Args:
        job_id: The row's id.
        process: The beginning of the worker's name, which names the process.
        why: The error to store.
        backoff: Seconds before the second attempt.
    """
    work = current_work()
    running = (
        select(*CLAIMED, JobRow.worker)
        .where(JobRow.id == job_id, in_state("running"))
        .where(JobRow.worker.startswith(process, autoescape=True))
    )
    row = work.execute(running).mappings().first()
    if row is None:
        return False
    values = dict(row)
    queue = Queue(values.pop("worker"), timedelta())
    is_mine = queue.fail(Claim(**values), why, backoff)
    wake_others()
    return is_mine

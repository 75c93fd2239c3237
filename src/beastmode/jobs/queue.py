"""The queue: claims jobs for a worker, records their outcomes, and retries, releases and deletes them.

A worker owns a row until its lease expires. It updates the row only while it owns it, so a slow worker that was
presumed dead cannot overwrite the work of another.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from sqlalchemy import Update, case, delete, exists, func, select, text, update
from sqlalchemy.orm import aliased

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.models import JobMark, JobRow, JobTick
from beastmode.jobs.texts import storable

_LONGEST_BACKOFF = 3600.0
"""Seconds. With the default backoff, the tenth attempt comes about 40 minutes after the first."""
_LONGEST_ERROR = 4000
"""Characters of an error that are kept: the end of the traceback, which names the cause."""
SWEPT = 1000
"""The maximum number of rows that one statement updates or deletes, so that none holds its locks for long."""
CLAIMED = (
    JobRow.id,
    JobRow.name,
    JobRow.arguments,
    JobRow.priority,
    JobRow.attempts,
    JobRow.max_attempts,
    JobRow.concurrency_key,
)


@dataclass(frozen=True)
class Claim:
    """A row that a worker owns.

    Args:
        id: The row's id.
        name: The job's name.
        arguments: The function's keyword arguments.
        priority: Higher priorities run first.
        attempts: The number of this attempt, starting at 1.
        max_attempts: The maximum number of attempts.
        concurrency_key: The key by which running jobs are limited; None if they are not.
    """

    id: int
    name: str
    arguments: dict[str, Any]
    priority: int
    attempts: int
    max_attempts: int
    concurrency_key: str | None


class Queue:
    """The queue as one worker uses it. Requires an app context.

    Args:
        worker: The worker's unique name.
        lease: How long the worker owns a row after each heartbeat.
    """

    def __init__(self, worker: str, lease: timedelta) -> None:
        self.worker = worker
        self.lease = lease

    def claim(self, queue: str, most: int) -> list[Claim]:
        """Claim the first ready rows of a queue for this worker.

        Args:
            queue: The name of the queue.
            most: The maximum number of rows.
        """
        work = current_work()
        ready = (
            select(JobRow.id)
            .where(JobRow.state == "ready", JobRow.queue == queue)
            .order_by(JobRow.priority.desc(), JobRow.id)
            .limit(most)
        )
        if work.dialect.name == "postgresql":
            ready = ready.with_for_update(skip_locked=True)
        elif work.execute(ready.limit(1)).first() is None:
            return []  # an UPDATE takes the write lock even if it matches no rows
        moment = now()
        first = ready.cte("first_ready")  # PostgreSQL would rerun a subquery for each row that another worker took
        statement = (
            update(JobRow)
            .where(JobRow.id == first.c.id)
            .values(
                state="running",
                worker=self.worker,
                attempts=JobRow.attempts + 1,
                started_at=moment,
                lease_until=moment + self.lease,
                progress=None,
                note=None,
            )
            .returning(*CLAIMED)
        )
        claims = [Claim(**row) for row in work.execute(statement).mappings()]
        return sorted(claims, key=lambda claim: (-claim.priority, claim.id))

    def admit(self, claim: Claim, limit: int) -> bool:
        """Whether a claimed row may run now; if not, it is blocked until a row with the same key finishes.

        Args:
            claim: The claimed row, which already counts as running.
            limit: The maximum number of rows with its key that run at the same time.
        """
        key = claim.concurrency_key
        if key is None:
            return True  # it was enqueued before its job had a limit, and nothing would unblock it
        with transaction() as session:
            _lock_key(session, key)
            running = session.scalar(
                select(func.count()).where(JobRow.state == "running", JobRow.concurrency_key == key)
            )
            if running is not None and running <= limit:
                return True
            session.execute(self._owned(claim).values(**_RETURNED, state="blocked", attempts=JobRow.attempts - 1))
        return False

    def finish(self, claim: Claim, result: Any) -> bool:
        """Record that a job has succeeded; False if this worker no longer owns the row.

        Args:
            claim: The claimed row.
            result: What the function returned, as a JSON value.
        """
        ended = self._owned(claim).values(
            **_RETURNED, state="done", result=result, error=None, finished_at=now(), unique_key=None
        )
        return self._end(claim, ended)

    def fail(self, claim: Claim, error: str, backoff: float, *, is_final: bool = False) -> bool:
        """Record that an attempt has failed: the job is scheduled for another attempt, or is dead.

        Returns False if this worker no longer owns the row.

        Args:
            claim: The claimed row.
            error: Why the attempt failed.
            backoff: Seconds before the second attempt.
            is_final: Whether to make no further attempt.
        """
        moment = now()
        values: dict[str, Any] = {"error": storable(error)[-_LONGEST_ERROR:], **_RETURNED}
        if is_final or claim.attempts >= claim.max_attempts:
            values |= {"state": "dead", "finished_at": moment, "unique_key": None}
        else:
            values |= {"state": "scheduled", "run_at": moment + pause(claim.attempts, backoff)}
        return self._end(claim, self._owned(claim).values(**values))

    def release(self, claims: Iterable[Claim]) -> None:
        """Release rows whose jobs this worker will not finish, so that others run them; the attempt does not count.

        Args:
            claims: The claimed rows.
        """
        for claim in claims:
            self._end(claim, self._owned(claim).values(**_RETURNED, state="ready", attempts=JobRow.attempts - 1))

    def park(self, claim: Claim) -> None:
        """Set aside a row whose job this worker does not know, such as one from a newer version; see `unpark`."""
        self._end(claim, self._owned(claim).values(**_RETURNED, state="parked", attempts=JobRow.attempts - 1))

    def unpark(self, names: Collection[str]) -> int:
        """Make parked rows ready again if this worker knows their jobs; returns how many.

        Args:
            names: The names of the jobs that this worker knows.
        """
        parked = select(JobRow.id).where(JobRow.state == "parked", JobRow.name.in_(names)).limit(SWEPT)
        return _changed(update(JobRow).where(JobRow.id.in_(parked)).values(state="ready"))

    def beat(self, claims: Iterable[Claim]) -> None:
        """Renew the leases of the rows whose jobs are running.

        Args:
            claims: The claimed rows.
        """
        ids = [claim.id for claim in claims]
        if ids:
            mine = update(JobRow).where(JobRow.id.in_(ids), JobRow.worker == self.worker, JobRow.state == "running")
            current_work().execute(mine.values(lease_until=now() + self.lease))

    def promote(self) -> int:
        """Make scheduled rows ready once they are due; returns how many."""
        due = (
            select(JobRow.id)
            .where(JobRow.state == "scheduled", JobRow.run_at <= now())
            .order_by(JobRow.run_at)
            .limit(SWEPT)
        )
        if current_work().execute(due.limit(1)).first() is None:
            return 0
        return _changed(update(JobRow).where(JobRow.id.in_(due), JobRow.state == "scheduled").values(state="ready"))

    def next_moment(self) -> datetime | None:
        """When the next scheduled row is due; None if no row is scheduled."""
        moment: datetime | None = (
            current_work()
            .execute(select(JobRow.run_at).where(JobRow.state == "scheduled").order_by(JobRow.run_at).limit(1))
            .scalar()
        )
        return moment

    def reclaim(self) -> int:
        """Take rows back from workers whose leases have expired; returns how many.

        The attempt counts, so that a job that crashes its worker each time ends up dead.
        """
        moment = now()
        lost = select(JobRow.id).where(JobRow.state == "running", JobRow.lease_until < moment).limit(SWEPT)
        if current_work().execute(lost.limit(1)).first() is None:
            return 0
        is_last = JobRow.attempts >= JobRow.max_attempts
        return _changed(
            update(JobRow)
            .where(JobRow.id.in_(lost), JobRow.state == "running", JobRow.lease_until < moment)
            .values(
                worker=None,
                lease_until=None,
                state=case((is_last, "dead"), else_="ready"),
                finished_at=case((is_last, moment), else_=None),
                unique_key=case((is_last, None), else_=JobRow.unique_key),
                error="The worker's lease expired before the job finished.",
            )
        )

    def unblock(self) -> int:
        """Make one blocked row ready for each concurrency key with nothing running; returns how many.

        That happens after a worker was lost, because no one else unblocks the next row.
        """
        key, other = JobRow.concurrency_key, aliased(JobRow)
        # Not NOT IN: PostgreSQL may scan a long list again for each blocked row.
        under_way = exists().where(other.state.in_(["running", "relayed", "ready"]), other.concurrency_key == key)
        stuck = select(func.min(JobRow.id)).where(JobRow.state == "blocked", ~under_way).group_by(key)
        if current_work().execute(stuck.limit(1)).first() is None:
            return 0
        return _changed(update(JobRow).where(JobRow.id.in_(stuck), JobRow.state == "blocked").values(state="ready"))

    def forget(self, before: datetime) -> int:
        """Delete finished and dead jobs, marks and ticks older than a given time; returns how many jobs.

        Args:
            before: The time.
        """
        old = (
            select(JobRow.id)
            .where(JobRow.state.in_(["done", "dead"]), JobRow.finished_at < before)
            .order_by(JobRow.finished_at)
            .limit(SWEPT)
        )
        count = 0
        for statement in (
            delete(JobRow).where(JobRow.id.in_(old)),
            delete(JobMark).where(JobMark.made_at < before),
            delete(JobTick).where(JobTick.tick < before),
        ):
            deleted = _changed(statement)
            count = count or deleted
        return count

    def queues(self) -> list[str]:
        """The names of all queues with a ready row, found by one index lookup per queue."""
        names: list[str] = []
        while True:
            following = select(func.min(JobRow.queue)).where(JobRow.state == "ready")
            if names:
                following = following.where(JobRow.queue > names[-1])
            name = current_work().execute(following).scalar()
            if name is None:
                return names
            names.append(name)

    def _owned(self, claim: Claim) -> Update:
        """An UPDATE that matches the row only while this worker owns it, in this attempt."""
        return update(JobRow).where(
            JobRow.id == claim.id,
            JobRow.worker == self.worker,
            JobRow.state == "running",
            JobRow.attempts == claim.attempts,
        )

    def _end(self, claim: Claim, statement: Update) -> bool:
        """Run the UPDATE that ends this worker's claim of a row, and unblock the next row with its key."""
        if claim.concurrency_key is None:
            return _changed(statement) == 1
        following = (
            select(JobRow.id)
            .where(JobRow.state == "blocked", JobRow.concurrency_key == claim.concurrency_key)
            .order_by(JobRow.priority.desc(), JobRow.id)
            .limit(1)
        )
        with transaction() as session:
            _lock_key(session, claim.concurrency_key)
            is_mine = _changed(statement) == 1
            _changed(update(JobRow).where(JobRow.id.in_(following), JobRow.state == "blocked").values(state="ready"))
        return is_mine


_RETURNED: dict[str, Any] = {"worker": None, "lease_until": None}
"""The values of a row that no worker owns."""


def _changed(statement: Any) -> int:
    """Execute a statement, and return the number of rows that it changed."""
    return int(current_work().execute(statement).rowcount)


def pause(attempt: int, backoff: float) -> timedelta:
    """How long to wait after a failed attempt: doubled each time, up to an hour, plus or minus 25%.

    Args:
        attempt: The number of the failed attempt, starting at 1.
        backoff: Seconds to wait after the first attempt.
    """
    # Jitter: jobs that failed at the same time, as in an outage, must not all be retried at the same time.
    seconds: float = min(backoff * 2 ** (attempt - 1), _LONGEST_BACKOFF) * uniform(0.75, 1.25)  # noqa: S311 - not a secret
    return timedelta(seconds=seconds)


def _lock_key(session: Any, key: str | None) -> None:
    """Make other workers that count the rows of a key wait; on SQLite, the write lock already does."""
    if current_work().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"beastmode.jobs {key}"})

"""What happens to the rows of jobs: claimed by a worker, finished, tried again, given back, forgotten.

A worker owns a row as long as its lease runs. Whatever it writes about the row is written only if it still owns it, so
that a worker which was slow, and thought dead, cannot overwrite what another has done since.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from typing import Any

from sqlalchemy import Update, case, delete, func, select, text, update

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.models import JobMark, JobRow, JobTick

_LONGEST_BACKOFF = 3600.0
"""Seconds. After ten attempts of a job with the usual backoff that is 1.5 hours after the first one."""
_LONGEST_ERROR = 4000
"""Characters of an error that are kept: the end of a traceback, which names the cause."""
_SWEPT = 1000
"""The most rows that one statement moves or deletes, so that none holds its locks for long."""
_CLAIMED = (
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
        id: The row's.
        name: The job's.
        arguments: Of the call.
        priority: Greater ones run first.
        attempts: Which attempt this is, from 1 on.
        max_attempts: How many there are.
        concurrency_key: What running jobs are counted by; None for nothing.
    """

    id: int
    name: str
    arguments: dict[str, Any]
    priority: int
    attempts: int
    max_attempts: int
    concurrency_key: str | None


class Queue:
    """The rows, as one worker sees them; needs an app context.

    Args:
        worker: The worker's name, which no other has.
        lease: How long a row is the worker's without another report.
    """

    def __init__(self, worker: str, lease: timedelta) -> None:
        self.worker = worker
        self.lease = lease

    def claim(self, queue: str, most: int) -> list[Claim]:
        """Take the first rows of a queue that are ready, for this worker alone.

        Args:
            queue: The queue.
            most: How many.
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
            return []  # without the write lock, which an UPDATE takes even where it finds nothing
        moment = now()
        first = ready.cte("first_ready")  # PostgreSQL would run a subquery again for each row that somebody else took
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
            .returning(*_CLAIMED)
        )
        claims = [Claim(**row) for row in work.execute(statement).mappings()]
        return sorted(claims, key=lambda claim: (-claim.priority, claim.id))

    def admit(self, claim: Claim, limit: int) -> bool:
        """Whether a claimed row may run now; otherwise it is set aside until one with its key has finished.

        Args:
            claim: The row, which is counted as running already.
            limit: How many rows with its key may run.
        """
        key = claim.concurrency_key
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
        """Note that a row's job has run; False where the row is no longer this worker's.

        Args:
            claim: The row.
            result: What the function returned, as a JSON value.
        """
        ended = self._owned(claim).values(
            **_RETURNED, state="done", result=result, error=None, finished_at=now(), unique_key=None
        )
        return self._end(claim, ended)

    def fail(self, claim: Claim, error: str, backoff: float, *, is_final: bool = False) -> bool:
        """Note that an attempt has failed: the row waits for the next one, or is dead.

        Args:
            claim: The row.
            error: Why.
            backoff: Seconds before the second attempt.
            is_final: Whether there is no next one.
        """
        moment = now()
        values: dict[str, Any] = {"error": error[-_LONGEST_ERROR:], **_RETURNED}
        if is_final or claim.attempts >= claim.max_attempts:
            values |= {"state": "dead", "finished_at": moment, "unique_key": None}
        else:
            values |= {"state": "scheduled", "run_at": moment + pause(claim.attempts, backoff)}
        return self._end(claim, self._owned(claim).values(**values))

    def give_back(self, claims: Iterable[Claim]) -> None:
        """Let other workers have rows whose jobs this one will not finish; the attempt does not count.

        Args:
            claims: The rows.
        """
        for claim in claims:
            self._end(claim, self._owned(claim).values(**_RETURNED, state="ready", attempts=JobRow.attempts - 1))

    def park(self, claim: Claim) -> None:
        """Set a row aside whose job this worker does not know, as one of a newer version; see `unpark`."""
        self._end(claim, self._owned(claim).values(**_RETURNED, state="parked", attempts=JobRow.attempts - 1))

    def unpark(self, names: Collection[str]) -> int:
        """Let the rows be claimed again that were set aside by a worker which did not know their jobs.

        Args:
            names: The jobs that this worker knows.
        """
        parked = select(JobRow.id).where(JobRow.state == "parked", JobRow.name.in_(names)).limit(_SWEPT)
        return _changed(update(JobRow).where(JobRow.id.in_(parked)).values(state="ready"))

    def beat(self, claims: Iterable[Claim]) -> None:
        """Renew the lease of the rows whose jobs are running.

        Args:
            claims: The rows.
        """
        ids = [claim.id for claim in claims]
        if ids:
            mine = update(JobRow).where(JobRow.id.in_(ids), JobRow.worker == self.worker, JobRow.state == "running")
            current_work().execute(mine.values(lease_until=now() + self.lease))

    def promote(self) -> int:
        """Make ready what was scheduled for a moment that has come; how many rows that were."""
        due = (
            select(JobRow.id)
            .where(JobRow.state == "scheduled", JobRow.run_at <= now())
            .order_by(JobRow.run_at)
            .limit(_SWEPT)
        )
        if current_work().execute(due.limit(1)).first() is None:
            return 0
        return _changed(update(JobRow).where(JobRow.id.in_(due), JobRow.state == "scheduled").values(state="ready"))

    def next_moment(self) -> datetime | None:
        """When the next scheduled row is due; None if there is none."""
        moment: datetime | None = (
            current_work()
            .execute(select(JobRow.run_at).where(JobRow.state == "scheduled").order_by(JobRow.run_at).limit(1))
            .scalar()
        )
        return moment

    def reclaim(self) -> int:
        """Take rows from workers that no longer report; how many.

        The attempt counts, so that a job which ends its worker is dead in the end.
        """
        moment = now()
        lost = select(JobRow.id).where(JobRow.state == "running", JobRow.lease_until < moment).limit(_SWEPT)
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
                error="The worker that ran it stopped without reporting.",
            )
        )

    def unblock(self) -> int:
        """Make ready one row of each concurrency key with nothing running, as after a worker was lost; how many."""
        key = JobRow.concurrency_key
        under_way = select(key).where(JobRow.state.in_(["running", "ready"]), key.is_not(None))
        stuck = select(func.min(JobRow.id)).where(JobRow.state == "blocked", key.not_in(under_way)).group_by(key)
        if current_work().execute(stuck.limit(1)).first() is None:
            return 0
        return _changed(update(JobRow).where(JobRow.id.in_(stuck), JobRow.state == "blocked").values(state="ready"))

    def forget(self, before: datetime) -> int:
        """Delete finished and dead rows, marks and ticks of before a moment; how many rows of jobs that were.

        Args:
            before: The moment.
        """
        old = (
            select(JobRow.id)
            .where(JobRow.state.in_(["done", "dead"]), JobRow.finished_at < before)
            .order_by(JobRow.finished_at)
            .limit(_SWEPT)
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
        """Every queue in which a row is ready, found by one look into the index for each."""
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
        """An UPDATE of a row, as long as it is this worker's, in this attempt."""
        return update(JobRow).where(
            JobRow.id == claim.id,
            JobRow.worker == self.worker,
            JobRow.state == "running",
            JobRow.attempts == claim.attempts,
        )

    def _end(self, claim: Claim, statement: Update) -> bool:
        """Run the UPDATE that ends a row's time with this worker, and let the next row with its key run."""
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
"""What a row says when it is nobody's."""


def _changed(statement: Any) -> int:
    """How many rows a statement has changed."""
    return int(current_work().execute(statement).rowcount)


def pause(attempt: int, backoff: float) -> timedelta:
    """How long to wait after an attempt: doubled each time, give or take a quarter, at most an hour.

    Args:
        attempt: Which one has failed, from 1 on.
        backoff: Seconds after the first.
    """
    # Whatever failed many jobs at once would otherwise get all of them back at once.
    seconds: float = min(backoff * 2 ** (attempt - 1), _LONGEST_BACKOFF) * uniform(0.75, 1.25)  # noqa: S311 - no secret
    return timedelta(seconds=seconds)


def _lock_key(session: Any, key: str | None) -> None:
    """Have other workers wait that count the running rows of a key; on SQLite they wait for the write lock anyway."""
    if current_work().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"beastmode.jobs {key}"})

"""The queue: claims jobs for a worker, and records their outcomes. `upkeep` has what any worker does for all.

A worker owns a row until its lease expires. It updates the row only while it owns it, so a slow worker that was
presumed dead cannot overwrite the work of another.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from random import uniform
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, Text, Update, bindparam, case, cast, column, func, select, update

from beastmode.core.clock import now
from beastmode.db.base import UtcDateTime
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.claims import CLAIMED, RETURNED, Claim, all_owned, changed, owned
from beastmode.jobs.keys import admit, lock, make_next_ready
from beastmode.jobs.models import JobRow, in_state
from beastmode.jobs.moments import SERVER_NOW, has_own_clock, moment
from beastmode.jobs.texts import storable

_LONGEST_BACKOFF = 3600.0
"""Seconds. With the default backoff, the tenth attempt comes about 40 minutes after the first."""
_LONGEST_ERROR = 4000
"""Characters of an error that are kept: the end of the traceback, which names the cause."""


_ROWS: Any = JobRow.__table__
_READY = select(_ROWS.c.id).where(in_state("ready"), _ROWS.c.queue == bindparam("the_queue")).limit(1)


@lru_cache(maxsize=100)
def _claim_statement(dialect: str, has_own_clock: bool, worker: str, lease: timedelta) -> Any:  # noqa: FBT001 - a key
    """The UPDATE that claims rows, built once: that takes longer than to run it.

    Args:
        dialect: The name of the dialect.
        has_own_clock: Whether the server's clock counts.
        worker: The worker's unique name.
        lease: How long the worker owns a row.
    """
    ready = (
        select(_ROWS.c.id)
        .where(in_state("ready"), _ROWS.c.queue == bindparam("the_queue"))
        .order_by(_ROWS.c.priority.desc(), _ROWS.c.run_at, _ROWS.c.id)
        .limit(bindparam("the_limit", type_=Integer))
    )
    if dialect == "postgresql":
        ready = ready.with_for_update(skip_locked=True)
    first = ready.cte("first_ready")  # PostgreSQL would rerun a subquery for each row that another worker took
    this_moment = SERVER_NOW if has_own_clock else bindparam("the_time", type_=UtcDateTime())
    end = SERVER_NOW + lease if has_own_clock else bindparam("the_end", type_=UtcDateTime())
    values = {
        "state": "running",
        "worker": worker,
        "attempts": _ROWS.c.attempts + 1,
        "started_at": case((_ROWS.c.concurrency_key.is_(None), this_moment)),
        "lease_until": end,
        "progress": None,
        "note": None,
    }
    return _ROWS.update().where(_ROWS.c.id == first.c.id).values(**values).returning(*CLAIMED)


def _has_write_lock() -> bool:
    """Whether the caller has opened a transaction that writes."""
    session = current_work().session
    return session is not None and session.is_writing


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

        Those with a concurrency key must be admitted before they run; see `admit`.

        Args:
            queue: The name of the queue.
            most: The maximum number of rows.
        """
        work = current_work()
        is_file = work.dialect.name == "sqlite"
        # An UPDATE takes the write lock even if it matches no rows.
        if is_file and not _has_write_lock() and work.execute(_READY, {"the_queue": queue}).first() is None:
            return []
        values: dict[str, Any] = {"the_queue": queue, "the_limit": most}
        if not has_own_clock():
            values |= {"the_time": now(), "the_end": now() + self.lease}
        statement = _claim_statement(work.dialect.name, has_own_clock(), self.worker, self.lease)
        claims = [Claim(**row) for row in work.execute(statement, values).mappings()]
        return sorted(claims, key=lambda claim: claim.order)

    def admit(self, claims: Sequence[Claim], limits: Mapping[str, int | None]) -> list[Claim]:
        """Those of the claimed rows that may run now; the others are blocked until a row with their key has ended.

        Args:
            claims: The claimed rows.
            limits: By the name of a job, how many rows with one key may run at the same time; None for any number.
        """
        keyed = [claim for claim in claims if claim.concurrency_key is not None]
        if not keyed:
            return list(claims)
        admitted = admit(keyed, self.worker, limits)
        return [claim for claim in claims if claim.concurrency_key is None or claim.id in admitted]

    def finish(self, claim: Claim, result: Any) -> bool:
        """Record that a job has succeeded; False if this worker no longer owns the row.

        Args:
            claim: The claimed row.
            result: What the function returned, as a JSON value.
        """
        return self.finish_all([(claim, result)]) == {claim.id}

    def finish_all(self, ended: Sequence[tuple[Claim, Any]]) -> set[int]:
        """Record that jobs have succeeded, in one transaction; returns the ids of the rows that this worker owned.

        Args:
            ended: The claimed rows, and what their functions returned, as JSON values.
        """
        together = [each for each in ended if each[0].concurrency_key is None]
        with transaction() as session:
            mine = self._finish_together(together) if together else set()
            lock(session, [claim.concurrency_key for claim, _ in ended])
            for claim, result in ended:
                if claim.concurrency_key is not None:
                    done = {"state": "done", "result": result, **_DONE, "finished_at": moment()}
                    if self._end(claim, owned(claim, self.worker).values(**done)):
                        mine.add(claim.id)
        return mine

    def fail(self, claim: Claim, error: str, backoff: float, *, is_final: bool = False) -> bool:
        """Record that an attempt has failed: the job is scheduled for another attempt, or is dead.

        Returns False if this worker no longer owns the row.

        Args:
            claim: The claimed row.
            error: Why the attempt failed.
            backoff: Seconds before the second attempt.
            is_final: Whether to make no further attempt.
        """
        values: dict[str, Any] = {"error": storable(error)[-_LONGEST_ERROR:], **RETURNED}
        if is_final or claim.attempts >= claim.max_attempts:
            values |= {"state": "dead", "finished_at": moment(), "unique_key": None}
        else:
            values |= {"state": "scheduled", "run_at": moment() + pause(claim.attempts, backoff)}
        return self._end_alone(claim, owned(claim, self.worker).values(**values))

    def release(self, claims: Iterable[Claim]) -> None:
        """Release rows whose jobs this worker will not finish, so that others run them; the attempt does not count.

        Args:
            claims: The claimed rows.
        """
        self._give_back(claims, "ready")

    def park(self, claims: Iterable[Claim]) -> None:
        """Set aside rows whose jobs this worker does not know, such as those of a newer version; see `Upkeep.unpark`.

        Args:
            claims: The claimed rows.
        """
        self._give_back(claims, "parked")

    def beat(self, claims: Iterable[Claim]) -> None:
        """Renew the leases of the rows whose jobs are running.

        Args:
            claims: The claimed rows.
        """
        running = list(claims)
        if running:
            current_work().execute(all_owned(running, self.worker).values(lease_until=moment() + self.lease))

    def _give_back(self, claims: Iterable[Claim], state: str) -> None:
        """Return claimed rows in some state, as if they had not been claimed."""
        for claim in claims:
            values = {**RETURNED, "state": state, "attempts": JobRow.attempts - 1}
            self._end_alone(claim, owned(claim, self.worker).values(**values))

    def _end_alone(self, claim: Claim, statement: Update) -> bool:
        """Run the UPDATE that ends this worker's claim of a row, in a transaction if another row may follow."""
        if claim.concurrency_key is None:
            return changed(statement) == 1
        with transaction() as session:
            lock(session, [claim.concurrency_key])
            return self._end(claim, statement)

    def _end(self, claim: Claim, statement: Update) -> bool:
        """Run the UPDATE that ends this worker's claim of a row, and make the next row with its key ready."""
        is_mine = changed(statement) == 1
        if claim.concurrency_key is not None:
            make_next_ready(claim.concurrency_key)
        return is_mine

    def _finish_together(self, ended: Sequence[tuple[Claim, Any]]) -> set[int]:
        """Finish rows without concurrency keys; on PostgreSQL with one statement."""
        if current_work().dialect.name == "sqlite":
            return self._finish_each(ended)
        # The result as text: PostgreSQL takes what is in JSON apart, and refuses a NUL character in it.
        rows = [
            {"id": claim.id, "attempts": claim.attempts, "result": None if result is None else json.dumps(result)}
            for claim, result in ended
        ]
        statement = (
            update(JobRow)
            .where(JobRow.id == _ENDED.c.id, JobRow.attempts == _ENDED.c.attempts)
            .where(JobRow.worker == self.worker, in_state("running"))
            .values(state="done", result=cast(_ENDED.c.result, JSON), finished_at=moment(), **_DONE)
            .returning(JobRow.id)
        )
        return set(current_work().execute(statement, {"ended": rows}).scalars())

    def _finish_each(self, ended: Sequence[tuple[Claim, Any]]) -> set[int]:
        """Finish rows by one statement that is prepared once, as a file needs no round trips."""
        time = now()
        same = {"the_worker": self.worker, "the_time": time}
        values = [
            {"the_id": claim.id, "the_attempts": claim.attempts, "the_result": result, **same}
            for claim, result in ended
        ]
        ids = {claim.id for claim, _ in ended}
        if current_work().execute(_FINISH_EACH, values).rowcount == len(ids):
            return ids
        finished = select(JobRow.id).where(JobRow.id.in_(ids), in_state("done"), JobRow.finished_at == time)
        return set(current_work().execute(finished).scalars())


_DONE: dict[str, Any] = {**RETURNED, "error": None, "unique_key": None, "concurrency_key": None}
"""The values of a row that is done. Its keys would otherwise stay in their indexes for as long as it is kept."""
_ENDED = (
    func.json_to_recordset(cast(bindparam("ended", type_=JSON), JSON))
    .table_valued(column("id", BigInteger), column("attempts", Integer), column("result", Text))
    .render_derived(with_types=True)
)
_FINISH_EACH = (
    _ROWS.update()
    .where(_ROWS.c.id == bindparam("the_id"), _ROWS.c.attempts == bindparam("the_attempts"))
    .where(_ROWS.c.worker == bindparam("the_worker"), in_state("running"))
    .values(
        state="done",
        result=bindparam("the_result", type_=_ROWS.c.result.type),
        finished_at=bindparam("the_time", type_=UtcDateTime()),
        **_DONE,
    )
)


def pause(attempt: int, backoff: float) -> timedelta:
    """How long to wait after a failed attempt: doubled each time, up to an hour, plus or minus 25%.

    Args:
        attempt: The number of the failed attempt, starting at 1.
        backoff: Seconds to wait after the first attempt.
    """
    # Jitter: jobs that failed at the same time, as in an outage, must not all be retried at the same time.
    seconds: float = min(backoff * 2 ** (attempt - 1), _LONGEST_BACKOFF) * uniform(0.75, 1.25)  # noqa: S311 - not a secret
    return timedelta(seconds=seconds)

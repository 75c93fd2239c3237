"""What any worker does for all of them: rows that are due, lost, blocked, parked or old."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, case, delete, or_, select, tuple_, update

from beastmode.db.session import current_work
from beastmode.jobs.claims import RETURNED, Claim, changed
from beastmode.jobs.distinct import values_after
from beastmode.jobs.keys import fill_up
from beastmode.jobs.models import JobMark, JobRow, JobTick, in_state
from beastmode.jobs.moments import moment, seconds_left, seconds_until
from beastmode.jobs.settings import LONGEST_LEASE

SWEPT = 1000
"""The maximum number of rows that one statement updates or deletes, so that none holds its locks for long."""
_KEYS = 100
"""How many concurrency keys with blocked rows are looked at each time: a millisecond's work."""
_IMPOSSIBLE = timedelta(seconds=2 * LONGEST_LEASE)
"""A lease that ends later than this was taken before the clock was set back. Without a bound, the rows of a worker that
is lost would wait until the clock has caught up."""


class Upkeep:
    """Keeps the queue in order. Requires an app context.

    Args:
        limits: The names of the jobs that this worker knows, and how many with one concurrency key may run at the same
            time; None for any number.
    """

    def __init__(self, limits: Mapping[str, int | None]) -> None:
        self.limits = limits
        self._last_key = ""

    def promote(self) -> int:
        """Make scheduled rows ready once they are due; returns how many."""
        return _changed_first(
            select(JobRow.id).where(in_state("scheduled"), JobRow.run_at <= moment()).order_by(JobRow.run_at),
            "scheduled",
            {"state": "ready"},
        )

    def seconds_to_next(self) -> float | None:
        """How long it is until the next scheduled row is due; None if no row is scheduled."""
        following = select(seconds_until(JobRow.run_at)).where(in_state("scheduled")).order_by(JobRow.run_at).limit(1)
        found = current_work().execute(following).scalar()
        return None if found is None else seconds_left(found)

    def reclaim(self, kept: Iterable[Claim] = ()) -> int:
        """Take rows back from workers whose leases have expired; returns how many.

        The attempt counts, so that a job that crashes its worker each time ends up dead.

        Args:
            kept: Rows whose jobs are running here, even if the clock has jumped since their last heartbeat.
        """
        is_last = JobRow.attempts >= JobRow.max_attempts
        is_over = or_(JobRow.lease_until < moment(), JobRow.lease_until > moment() + _IMPOSSIBLE)
        mine = [claim.id for claim in kept]
        values = {
            **RETURNED,
            "state": case((is_last, "dead"), else_="ready"),
            "finished_at": case((is_last, moment())),
            "unique_key": case((is_last, None), else_=JobRow.unique_key),
            "error": "The worker's lease expired before the job finished.",
        }
        return _changed_first(
            select(JobRow.id).where(in_state("running"), is_over, JobRow.id.not_in(mine)), "running", values
        )

    def unblock(self) -> int:
        """Make blocked rows ready whose keys have fewer rows under way than their limit; returns how many.

        Usually the worker that ends a row makes the next one ready; a worker that is lost cannot.
        """
        count, self._last_key = fill_up(self._last_key, self.limits, _KEYS)
        return count

    def unpark(self) -> int:
        """Make parked rows ready again if this worker knows their jobs; returns how many."""
        return _changed_first(
            select(JobRow.id).where(in_state("parked"), JobRow.name.in_(list(self.limits))),
            "parked",
            {"state": "ready"},
        )

    def forget(self, retention: timedelta) -> int:
        """Delete the first finished and dead jobs, marks and ticks that are older than the retention.

        Args:
            retention: How long they are kept.

        Returns:
            The greatest number of rows of one kind; if it is `SWEPT`, there may be more.
        """
        before = moment() - retention
        finished = in_state("done", "dead")
        old = select(JobRow.id).where(finished, JobRow.finished_at < before).order_by(JobRow.finished_at)
        marks = select(JobMark.key).where(JobMark.made_at < before).order_by(JobMark.made_at)
        ticks = select(JobTick.name, JobTick.tick).where(JobTick.tick < before).order_by(JobTick.tick)
        return max(_deleted(old), _deleted(marks), _deleted(ticks))

    def queues(self) -> list[str]:
        """The names of all queues with a ready row."""
        name = values_after(JobRow.queue, in_state("ready"))
        return list(current_work().execute(select(name).where(name.is_not(None))).scalars())


def _changed_first(rows: Select[Any], state: str, values: Mapping[str, Any]) -> int:
    """Update the first of some rows, if there are any; returns how many.

    Args:
        rows: A query for the ids of the rows.
        state: The state that they are in.
        values: Their new values.
    """
    if _is_empty(rows):
        return 0
    return changed(update(JobRow).where(JobRow.id.in_(_taken(rows)), in_state(state)).values(**values))


def _deleted(rows: Any) -> int:
    """Delete the first of some rows, if there are any; returns how many.

    Args:
        rows: A query for their primary keys.
    """
    if _is_empty(rows):
        return 0
    [table] = rows.get_final_froms()
    key = list(rows.selected_columns)
    matches = key[0].in_(_taken(rows)) if len(key) == 1 else tuple_(*key).in_(_taken(rows))
    return changed(delete(table).where(matches))


def _is_empty(rows: Select[Any]) -> bool:
    """Whether a query finds no row; on SQLite, an UPDATE takes the write lock even if it matches none."""
    return current_work().execute(rows.limit(1)).first() is None


def _taken(rows: Select[Any]) -> Select[Any]:
    """The first rows of a query, without those that another worker is changing."""
    return rows.limit(SWEPT).with_for_update(skip_locked=True)  # SQLite has neither the words nor other writers

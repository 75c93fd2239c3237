"""Limits by concurrency key: which of the claimed rows may run, and which row follows one that has ended.

A row that is claimed has `started_at` only when it was admitted, so that rows which were claimed together do not keep
each other out.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select, text, update

from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.claims import RETURNED, Claim, all_owned, changed
from beastmode.jobs.distinct import values_after
from beastmode.jobs.models import JobRow, in_state
from beastmode.jobs.moments import moment

_UNLIMITED = 100
"""How many blocked rows are made ready at a time if their job has no limit any more."""


def admit(claims: Sequence[Claim], worker: str, limits: Mapping[str, int | None]) -> set[int]:
    """The ids of the claimed rows that may run now; the others are blocked until a row with their key has ended.

    Rows with one key are admitted in the order of the queue.

    Args:
        claims: The claimed rows, which have concurrency keys.
        worker: The worker that has claimed them.
        limits: By the name of a job, how many rows with one key may run at the same time; None for any number.
    """
    admitted: list[Claim] = []
    blocked: list[Claim] = []
    with transaction() as session:
        running = _running(lock(session, [claim.concurrency_key for claim in claims]))
        for claim in sorted(claims, key=lambda claim: claim.order):
            key, limit = claim.concurrency_key, limits.get(claim.name)
            has_room = limit is None or running.get(key, 0) < limit
            (admitted if has_room else blocked).append(claim)
            running[key] = running.get(key, 0) + has_room
        if admitted:
            session.execute(all_owned(admitted, worker).values(started_at=moment()))
        if blocked:
            session.execute(
                all_owned(blocked, worker).values(**RETURNED, state="blocked", attempts=JobRow.attempts - 1)
            )
    return {claim.id for claim in admitted}


def lock(session: Any, keys: Collection[str | None]) -> list[str]:
    """Make other workers that count the rows of these keys wait; on SQLite, the write lock already does.

    Args:
        session: The session, in a transaction.
        keys: The keys.

    Returns:
        The keys, sorted: two workers that lock several do so in the same order.
    """
    ordered = sorted({key for key in keys if key is not None})
    if current_work().dialect.name == "postgresql":
        for key in ordered:
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), {"key": f"beastmode.jobs {key}"})
    return ordered


def make_next_ready(key: str, most: int = 1) -> int:
    """Make the first blocked rows with a key ready; returns how many.

    Args:
        key: The concurrency key.
        most: The maximum number of rows.
    """
    following = (
        select(JobRow.id)
        .where(in_state("blocked"), JobRow.concurrency_key == key)
        .order_by(JobRow.priority.desc(), JobRow.run_at, JobRow.id)
        .limit(most)
    )
    return changed(update(JobRow).where(JobRow.id.in_(following), in_state("blocked")).values(state="ready"))


def fill_up(last: str, limits: Mapping[str, int | None], most: int) -> tuple[int, str]:
    """Make blocked rows ready whose keys have fewer rows under way than their limit, as after a worker was lost.

    It looks at some keys at a time, so that it takes the same time however many there are.

    Args:
        last: The last key that was looked at before; empty to begin with the first.
        limits: By the name of a job, how many rows with one key may run at the same time; None for any number.
        most: The maximum number of keys.

    Returns:
        How many rows, and the last key that was looked at; empty after the last one.
    """
    found: Sequence[Any] = current_work().execute(_blocked_keys(last, most)).all()
    count = 0
    for key, name, running, ready in found:
        room = (limits.get(name) or _UNLIMITED) - running
        if room > 0 and ready is None:  # a ready one will be claimed, and is followed by the next
            count += make_next_ready(key, room)
    return count, found[-1].key if len(found) == most else ""


def _running(keys: Sequence[str]) -> dict[str | None, int]:
    """How many admitted rows each key has.

    Args:
        keys: The keys, which are locked.
    """
    key = JobRow.concurrency_key
    counted: Any = (
        select(key, func.count())
        .where(in_state("running"), key.in_(keys), JobRow.started_at.is_not(None))
        .group_by(key)
    )
    found: Sequence[Any] = current_work().execute(counted).all()
    return dict(found)


def _blocked_keys(last: str, most: int) -> Select[Any]:
    """The keys with blocked rows: with the name of their job, how many rows are running, and whether one is ready."""
    key = values_after(JobRow.concurrency_key, in_state("blocked"), last)
    of_key = JobRow.concurrency_key == key
    name = select(JobRow.name).where(in_state("blocked"), of_key).limit(1).scalar_subquery()
    running = select(func.count()).where(in_state("running"), of_key).scalar_subquery()
    # Not EXISTS: PostgreSQL may read all rows that are ready for that, instead of one for each key.
    ready = select(JobRow.id).where(in_state("ready", "relayed"), of_key).limit(1).scalar_subquery()
    return select(key.label("key"), name, running, ready).where(key.is_not(None)).limit(most)

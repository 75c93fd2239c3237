"""A claim: a row that a worker owns, and the statements that change such rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, update

from beastmode.db.session import current_work
from beastmode.jobs.models import JobRow, in_state

_ROWS = JobRow.__table__.c
CLAIMED = (
    _ROWS.id,
    _ROWS.name,
    _ROWS.arguments,
    _ROWS.priority,
    _ROWS.run_at,
    _ROWS.attempts,
    _ROWS.max_attempts,
    _ROWS.concurrency_key,
)
"""The columns of a claim."""
RETURNED: dict[str, Any] = {"worker": None, "lease_until": None}
"""The values of a row that no worker owns."""


@dataclass(frozen=True)
class Claim:
    """A row that a worker owns.

    Args:
        id: The row's id.
        name: The job's name.
        arguments: The function's keyword arguments.
        priority: Higher priorities run first.
        run_at: When it was due.
        attempts: The number of this attempt, starting at 1.
        max_attempts: The maximum number of attempts.
        concurrency_key: The key by which running jobs are limited; None if they are not.
    """

    id: int
    name: str
    arguments: dict[str, Any]
    priority: int
    run_at: datetime
    attempts: int
    max_attempts: int
    concurrency_key: str | None

    @property
    def order(self) -> tuple[Any, ...]:
        """Its place in the queue: higher priorities first, and then the oldest."""
        return -self.priority, self.run_at, self.id


def owned(claim: Claim, worker: str) -> Update:
    """An UPDATE that matches a row only while a worker owns it, in this attempt.

    Args:
        claim: The claimed row.
        worker: The worker's unique name.
    """
    return update(JobRow).where(
        JobRow.id == claim.id, JobRow.worker == worker, in_state("running"), JobRow.attempts == claim.attempts
    )


def all_owned(claims: Iterable[Claim], worker: str) -> Update:
    """An UPDATE that matches those of some rows that a worker owns, in any attempt.

    Args:
        claims: The claimed rows.
        worker: The worker's unique name.
    """
    ids = [claim.id for claim in claims]
    return update(JobRow).where(JobRow.id.in_(ids), JobRow.worker == worker, in_state("running"))


def changed(statement: Any) -> int:
    """Execute a statement, and return the number of rows that it changed."""
    return int(current_work().execute(statement).rowcount)

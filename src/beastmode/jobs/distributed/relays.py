"""What relays report about the broker, by rows that web processes read: those never talk to the broker themselves."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import delete, select

from beastmode.core.clock import now
from beastmode.core.errors import Degraded
from beastmode.core.gauges import Gauge, Sample
from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work
from beastmode.jobs.models import JobRelay
from beastmode.jobs.texts import storable

_FRESH = timedelta(seconds=30)
"""A relay reports every 5 seconds, or after at most 15 if the broker does not respond."""
_LONGEST_PROBLEM = 200


def note_relay(name: str, problem: str | None) -> None:
    """Record that a relay runs, and forget those that were killed.

    Args:
        name: The relay's unique name.
        problem: Why it does not reach the broker; None if it does.
    """
    work, moment = current_work(), now()
    values = {"beaten_at": moment, "problem": problem and storable(problem)[:_LONGEST_PROBLEM]}
    statement = INSERTS[work.dialect.name](JobRelay).values(name=name, **values)
    work.execute(statement.on_conflict_do_update(index_elements=[JobRelay.name], set_=values))
    work.execute(delete(JobRelay).where(JobRelay.beaten_at < moment - 10 * _FRESH))


def remove_relay(name: str) -> None:
    """Remove a relay that stops.

    Args:
        name: The relay's unique name.
    """
    current_work().execute(delete(JobRelay).where(JobRelay.name == name))


def _broker_problem() -> str | None:
    """Why no job reaches Celery's broker, and what to do; None if jobs do."""
    fresh = select(JobRelay.problem).where(JobRelay.beaten_at > now() - _FRESH)
    problems = list(current_work().execute(fresh).scalars())
    if not problems:
        return "CELERY_BROKER_URL is set, but no relay is running; start `flask beastmode worker`."
    if None in problems:
        return None
    return f"The relay cannot reach the broker of Celery; jobs wait in the database: {problems[0]}"


def report_broker() -> None:
    """Check that jobs reach the broker, for /health/ready and `flask beastmode doctor`.

    Raises:
        Degraded: They do not. This process can serve all the same, since enqueueing only needs the database.
    """
    if problem := _broker_problem():
        raise Degraded(problem)


def _is_up() -> Iterator[Sample]:
    yield (), 0 if _broker_problem() else 1


BROKER_GAUGE = Gauge("jobs_broker_up", "Whether a running relay reaches the broker of Celery.", (), _is_up)

"""What `/metrics` says of jobs."""

from collections.abc import Iterator

from beastmode.core.gauges import Gauge, Sample
from beastmode.jobs.status import counts

_STATES = ("scheduled", "ready", "running", "blocked", "parked", "dead")
"""Those that are counted: finished jobs are many, and only wait to be deleted."""


def _numbers() -> Iterator[Sample]:
    """How many jobs are in each state, those included in which there is none."""
    found = counts().states
    return (((state,), found.get(state, 0)) for state in _STATES)


def _lag() -> Iterator[Sample]:
    """How long the oldest ready job has been waiting."""
    yield (), counts().lag


GAUGES = (
    Gauge("jobs", "Jobs that have not ended, and dead ones.", ("state",), _numbers),
    Gauge("jobs_lag_seconds", "How long the oldest ready job has been waiting.", (), _lag),
)

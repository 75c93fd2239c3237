"""The metrics of jobs in `/metrics`."""

from collections.abc import Iterator

from beastmode.core.gauges import Gauge, Sample
from beastmode.jobs.status import lag, numbers

_STATES = ("scheduled", "ready", "relayed", "running", "blocked", "parked", "dead")
"""The states that are counted. Finished jobs are not: there are many, and they are only kept until they are deleted."""


def _numbers() -> Iterator[Sample]:
    """The number of jobs in each state, including states without jobs."""
    found = numbers()
    return (((state,), found.get(state, 0)) for state in _STATES)


def _lag() -> Iterator[Sample]:
    """How long the oldest ready job has been waiting, in seconds."""
    yield (), lag()


GAUGES = (
    Gauge("jobs", "Unfinished and dead jobs, by state.", ("state",), _numbers),
    Gauge("jobs_lag_seconds", "How long the oldest ready job has been waiting.", (), _lag),
)

import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode.core.setting import Secret, setting, whole
from beastmode.core.settings import Settings

LONGEST_LEASE = 3600
"""Seconds; the maximum of JOBS_LEASE_SECONDS."""
_BROKERS = re.compile(r"(?:rediss?|amqps?|pyamqp|sentinel)://")


@dataclass(frozen=True, kw_only=True)
class JobSettings(Settings):
    """Settings of jobs."""

    jobs_threads: int | None = setting(
        whole(0, 100),
        None,
        "The number of jobs that each server process runs at the same time. If unset: 2 in development without "
        "CELERY_BROKER_URL, otherwise 0, because `flask beastmode worker` or Celery runs them.",
        expects="a number from 0 to 100",
    )
    jobs_lease_seconds: int = setting(
        whole(5, LONGEST_LEASE),
        60,
        "How many seconds a worker keeps its jobs without a heartbeat before another worker runs them again.",
        expects="a number from 5 to 3600",
    )
    jobs_retention_days: int = setting(
        whole(1, 3650),
        7,
        "How many days finished and dead jobs, their results, and the marks of `once` are kept.",
        expects="a number of days",
    )

    celery_broker_url: str | None = setting(
        Secret(),
        None,
        "The broker of Celery. If set, `flask beastmode worker` hands jobs to Celery instead of running them.",
        expects="a URL that begins with redis:// or amqp://",
        secret=True,
    )
    celery_window: int = setting(
        whole(1, 100_000),
        200,
        "The maximum number of jobs per queue that wait for a Celery worker. Further ones wait in the database, in "
        "order of priority. Set it to at least twice the number of jobs that Celery runs at the same time.",
        expects="a number from 1 to 100000",
    )

    def problems(self) -> Iterator[str]:
        """Problems with combinations of values that are valid individually."""
        if self.celery_broker_url and not _BROKERS.match(self.celery_broker_url):
            yield "CELERY_BROKER_URL is not the URL of a broker; expected one that begins with redis:// or amqp://."

    @property
    def threads_in_server(self) -> int:
        """The number of jobs that a server process runs at the same time."""
        if self.jobs_threads is not None:
            return self.jobs_threads
        return 2 if self.environment == "development" and not self.celery_broker_url else 0

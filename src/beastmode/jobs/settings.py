from dataclasses import dataclass

from beastmode.core.setting import setting, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class JobSettings(Settings):
    """Settings of jobs."""

    jobs_threads: int | None = setting(
        whole(0, 100),
        None,
        "The number of jobs that each server process runs at the same time. If unset: 2 in development, otherwise 0, "
        "because `flask beastmode worker` runs them.",
        expects="a number from 0 to 100",
    )
    jobs_lease_seconds: int = setting(
        whole(5, 3600),
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

    @property
    def threads_in_server(self) -> int:
        """The number of jobs that a server process runs at the same time."""
        if self.jobs_threads is not None:
            return self.jobs_threads
        return 2 if self.environment == "development" else 0

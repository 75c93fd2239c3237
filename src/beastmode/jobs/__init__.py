"""Jobs: functions that run outside a request, stored in the database so that no crash loses them."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from beastmode.jobs.install import Jobs
from beastmode.jobs.settings import JobSettings

if TYPE_CHECKING:
    from beastmode.jobs.definition import Job, job
    from beastmode.jobs.distributed.celery_app import init_celery
    from beastmode.jobs.marks import once
    from beastmode.jobs.running import current_job_id, progress
    from beastmode.jobs.status import Counts, Status, counts, discard, list_jobs, retry, status_of
    from beastmode.jobs.worker import Worker

__all__ = [
    "Counts",
    "Job",
    "JobSettings",
    "Jobs",
    "Status",
    "Worker",
    "counts",
    "current_job_id",
    "discard",
    "init_celery",
    "job",
    "list_jobs",
    "once",
    "progress",
    "retry",
    "status_of",
]
_HOMES = {
    "Counts": "status",
    "Job": "definition",
    "Status": "status",
    "Worker": "worker",
    "counts": "status",
    "current_job_id": "running",
    "discard": "status",
    "init_celery": "distributed.celery_app",
    "job": "definition",
    "list_jobs": "status",
    "once": "marks",
    "progress": "running",
    "retry": "status",
    "status_of": "status",
}

if not TYPE_CHECKING:  # otherwise mypy would accept any name

    def __getattr__(name: str) -> Any:
        # Lazily: importing them defines the job tables, which belong only in the migrations of projects with jobs.
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(f"beastmode.jobs.{_HOMES[name]}"), name)
        except ModuleNotFoundError as error:
            if error.name != "celery":
                raise
            raise ImportError(f"{name} needs Celery; run `pip install 'beastmode[celery]'`.") from error
        globals()[name] = value
        return value

"""Claims jobs and runs several at a time, each in its own thread."""

import logging
import os
import socket
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.clock import now
from beastmode.core.settings import settings_of
from beastmode.db.session import installed_in
from beastmode.jobs.child import run_in_child
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.handover import recall
from beastmode.jobs.queue import Claim, Queue
from beastmode.jobs.running import Outcome, outcome_of
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.tasks import all_jobs
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.jobs.wakeups import Wakeups

STOP_SECONDS = 25.0
"""How long running jobs may continue after the worker is told to stop. Kubernetes waits 30 seconds, Docker 10."""
_UPKEEP_SECONDS = 5.0
"""How often the worker recovers lost, blocked and parked rows, and enqueues scheduled jobs."""
_FORGET_SECONDS = 600.0
_IDLE_SECONDS = 30.0
"""The maximum wait for a job; other work has its own intervals."""
_RETRY_SECONDS = 1.0
log = logging.getLogger("beastmode")


@dataclass(eq=False)
class _Run:
    """A running attempt.

    Args:
        claim: The claimed row.
        job: The job to run.
        ends: The monotonic time at which it times out; None for no limit.
        is_over: Whether a thread has taken on recording its outcome.
    """

    claim: Claim
    job: Job[Any, Any]
    ends: float | None
    is_over: bool = False
    lock: Lock = field(default_factory=Lock)

    def take(self) -> bool:
        """Whether the caller is the first that wants to record the outcome, and therefore must."""
        with self.lock:
            first, self.is_over = not self.is_over, True
        return first


class Worker:
    """Runs the jobs of an application until it is told to stop.

    Args:
        app: The Flask application.
        threads: The maximum number of jobs that run at the same time.
        queues: The queues to take jobs from, in order of importance; all if empty.
        jobs: The jobs that the worker can run, by name; defaults to every job of the process.
    """

    def __init__(
        self,
        app: Flask,
        threads: int,
        queues: Sequence[str] = (),
        jobs: Mapping[str, Job[Any, Any]] | None = None,
    ) -> None:
        settings = settings_of(app, JobSettings)
        self.app = app
        self.threads = threads
        self.jobs = all_jobs() if jobs is None else jobs
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"
        self.queue = Queue(self.name, timedelta(seconds=settings.jobs_lease_seconds))
        self.retention = timedelta(days=settings.jobs_retention_days)
        self._only = tuple(queues)
        self._known: list[str] = list(queues)
        self._runs: set[_Run] = set()
        self._lock = Lock()
        self._stopping = Event()
        self._wakeups = Wakeups(installed_in(app))
        self._beat_every = settings.jobs_lease_seconds / 3
        self._due = {"beat": 0.0, "upkeep": 0.0, "forget": 0.0}

    def start(self) -> Thread:
        """Run in a daemon thread."""
        thread = Thread(target=self.run, name="beastmode-jobs", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Stop claiming jobs, and let `run` return once the running jobs have finished or the grace period is over."""
        self._stopping.set()
        self._wakeups.wake()

    def run(self) -> None:
        """Run jobs until `stop` is called. If the database becomes unavailable, keep trying."""
        while not self._stopping.is_set():
            try:
                with self.app.app_context():
                    rest = 0.0 if self._step() else self._rest()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Jobs: the database does not respond; retrying: %s", type(error).__name__)
                self._stopping.wait(_RETRY_SECONDS)
                continue
            if rest:
                self._wakeups.wait(rest)
        self._drain()
        self._wakeups.close()

    def _step(self) -> int:
        """Do the work that is due, and start a job for each free thread; returns how many were started."""
        self._end_late()
        self._keep_up()
        self.queue.promote()
        started = 0
        for queue in self._known:
            if (free := self.threads - len(self._runs)) <= 0 or self._stopping.is_set():
                break
            for claim in self.queue.claim(queue, free):
                started += self._begin(claim)
        return started

    def _keep_up(self) -> None:
        """Renew leases, and regularly recover rows that have no worker."""
        is_upkeep_due = self._is_due("upkeep", _UPKEEP_SECONDS)
        if self._is_due("beat", self._beat_every) or is_upkeep_due:
            # Before `reclaim`, so that a worker does not lose its own rows if the clock jumps, as after a suspension.
            self.queue.beat([run.claim for run in self._running()])
        if is_upkeep_due:
            self.queue.reclaim()
            recall()
            self.queue.unblock()
            self.queue.unpark(list(self.jobs))
            enqueue_ticks(list(self.jobs.values()))
            self._known = list(self._only)
        if not self._only:
            self._known = self.queue.queues()
        if self._is_due("forget", _FORGET_SECONDS):
            self.queue.forget(now() - self.retention)

    def _is_due(self, task: str, seconds: float) -> bool:
        moment = monotonic()
        if moment < self._due[task]:
            return False
        self._due[task] = moment + seconds
        return True

    def _begin(self, claim: Claim) -> bool:
        """Start a claimed job; False if it cannot run now."""
        job = self.jobs.get(claim.name)
        if job is None:
            log.warning("Jobs: this worker does not know %s; job %s is parked until one does", claim.name, claim.id)
            self.queue.park(claim)
            return False
        if job.limit is not None and not self.queue.admit(claim, job.limit):
            return False
        run = _Run(claim, job, None if job.timeout is None or job.process else monotonic() + job.timeout)
        with self._lock:
            self._runs.add(run)
        Thread(target=self._attempt, args=(run,), name=f"beastmode-job-{claim.id}", daemon=True).start()
        return True

    def _attempt(self, run: _Run) -> None:
        """Run a job in this thread, and record its outcome."""
        claim, job = run.claim, run.job
        try:
            with self.app.app_context():
                if job.process:
                    outcome = run_in_child(claim, job.timeout or STOP_SECONDS)
                else:
                    outcome = outcome_of(claim.id, claim.name, job.function, claim.arguments)
        except Exception:  # noqa: BLE001 - without an outcome, the run would never end
            outcome = Outcome(error=traceback.format_exc())
        if run.take():
            self._note(run, outcome)
        self._wakeups.wake()

    def _note(self, run: _Run, outcome: Outcome) -> None:
        """Record the outcome of an attempt. If it cannot be stored, the lease expires and the job runs again."""
        claim = run.claim
        try:
            with self.app.app_context():
                if outcome.error is None:
                    is_mine = self.queue.finish(claim, outcome.result)
                else:
                    log.error("%s failed:\n%s", _described(claim), outcome.error)
                    is_mine = self.queue.fail(claim, outcome.error, run.job.backoff, is_final=outcome.is_final)
            if not is_mine:
                log.warning(
                    "%s outlived its lease; its outcome was discarded, because another worker has taken the job",
                    _described(claim),
                )
        except (SQLAlchemyError, OSError):
            log.exception("%s: the outcome could not be stored; the job will run again", _described(claim))
        finally:
            with self._lock:
                self._runs.discard(run)

    def _end_late(self) -> None:
        """Fail attempts that have timed out. Their threads keep running, but their results are discarded."""
        moment = monotonic()
        for run in self._running():
            if run.ends is not None and moment > run.ends and run.take():
                self._note(run, Outcome(error=f"Timed out after {run.job.timeout:g} s."))

    def _running(self) -> list[_Run]:
        with self._lock:
            return list(self._runs)

    def _rest(self) -> float:
        """How long there is nothing to do unless a job is enqueued, in seconds."""
        moment = monotonic()
        seconds = min(*(each - moment for each in self._due.values()), _IDLE_SECONDS)
        ends = [run.ends - moment for run in self._running() if run.ends is not None]
        following = self.queue.next_moment()
        if following is not None:
            ends.append((following - now()).total_seconds())
        return max(0.0, min([seconds, *ends]))

    def _drain(self) -> None:
        """Let running jobs finish within the grace period, and release the others."""
        end = monotonic() + STOP_SECONDS
        while (runs := self._running()) and monotonic() < end:
            self._wakeups.wait(min(self._beat_every, end - monotonic()))
            self._try(lambda: self.queue.beat(run.claim for run in self._running()))
            self._end_late()
        left = [run.claim for run in runs if run.take()]
        if left:
            log.warning(
                "Jobs: %d jobs did not finish in time and were released; other workers will run them", len(left)
            )
            self._try(lambda: self.queue.release(left))

    def _try(self, work: Any) -> None:
        """Call a function while stopping; a database error must not prevent the worker from stopping."""
        try:
            with self.app.app_context():
                work()
        except (SQLAlchemyError, OSError) as error:
            log.warning("Jobs: the database does not respond while stopping: %s", type(error).__name__)


def _described(claim: Claim) -> str:
    """An attempt, as named in the log."""
    return f"Job {claim.id} ({claim.name}), attempt {claim.attempts} of {claim.max_attempts}"

"""Claims jobs and runs several at a time, each in its own thread."""

import logging
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex
from threading import Event, Thread
from time import monotonic
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.settings import settings_of
from beastmode.db.errors import problem_of
from beastmode.db.session import installed_in
from beastmode.db.transactions import transaction
from beastmode.jobs.claims import Claim
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.handover import recall
from beastmode.jobs.queue import Queue
from beastmode.jobs.running import Outcome
from beastmode.jobs.running_jobs import RunningJob, RunningJobs
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.tasks import all_jobs
from beastmode.jobs.threads import Threads
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.jobs.timers import Timers
from beastmode.jobs.upkeep import SWEPT, Upkeep
from beastmode.jobs.wakeups import Wakeups

STOP_SECONDS = 25.0
"""How long running jobs may continue after the worker is told to stop. Kubernetes waits 30 seconds, Docker 10."""
_UPKEEP_SECONDS = 5.0
"""How often the worker recovers lost, blocked and parked rows, and enqueues scheduled jobs."""
_LOOK_SECONDS = 0.1
"""How often a worker that is busy looks for other queues with ready rows, and for rows that are due."""
_FORGET_SECONDS = 600.0
_IDLE_SECONDS = 30.0
"""The maximum wait for a job; other work has its own intervals."""
_RETRY_SECONDS = 1.0
log = logging.getLogger("beastmode")


class Worker:
    """Runs the jobs of an application until it is told to stop.

    Args:
        app: The Flask application.
        threads: The maximum number of jobs that run at the same time.
        queues: The queues to take jobs from, in order of importance; if empty, all of them in turn.
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
        self.limits = {name: job.limit for name, job in self.jobs.items()}
        self.upkeep = Upkeep(self.limits)
        self._retention = timedelta(days=settings.jobs_retention_days)
        self._only = list(queues)
        self._known = list(queues)
        self._attempts = RunningJobs()
        self._stopping = Event()
        self._is_stuck = False
        self._wakeups = Wakeups(installed_in(app))
        self._threads: Threads[RunningJob] = Threads(self._run_one)
        self._beat_every = settings.jobs_lease_seconds / 3
        self._timers = Timers("beat", "upkeep", "forget", "look")

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
                    rest = self._round()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Jobs: the database does not respond; retrying: %s", type(error).__name__)
                self._stopping.wait(_RETRY_SECONDS)
                continue
            self._wakeups.wait(rest)
        self._drain()
        self._threads.close()
        self._wakeups.close()

    def _round(self) -> float:
        """Do the work that is due, store outcomes, and start a job for each free thread.

        Returns:
            How long there is nothing to do unless a job is enqueued or ends, in seconds.
        """
        self._attempts.end_late()
        self._keep_up()
        ended = self._attempts.ended()
        free = self._free(len(ended))
        try:
            # One commit for both: a short job takes less time than the disk.
            with transaction() if ended else nullcontext():
                self._store(ended)
                claims = self._claim(free)
        except SQLAlchemyError as error:
            self._store_alone(ended, error)
            raise
        self._attempts.remove(ended)
        started = self._begin(claims)
        return self._rest(is_full=started >= free)

    def _free(self, ended: int) -> int:
        """How many jobs can be started.

        Args:
            ended: How many attempts have ended, so that their threads are free.
        """
        # Their threads cannot be ended. Without a bound, jobs that hang would fill the memory of the machine.
        is_stuck = self._attempts.hung() >= self.threads
        if is_stuck and not self._is_stuck:
            log.error(
                "Jobs: %d jobs that have timed out are still running. This worker starts no more until one of them "
                "ends; restart it, and use @job(process=True) for functions that may hang",
                self._attempts.hung(),
            )
        self._is_stuck = is_stuck
        return 0 if is_stuck else self.threads - len(self._attempts) + ended

    def _claim(self, free: int) -> list[Claim]:
        """Claim rows, from one queue after the other."""
        claims = self._claim_known(free)
        if len(claims) < free or self._timers.is_due("look", _LOOK_SECONDS):
            self.upkeep.promote()
            if not self._only:
                self._known = self.upkeep.queues() or self._known
            claims += self._claim_known(free - len(claims))
        return claims

    def _claim_known(self, free: int) -> list[Claim]:
        """Claim rows from the queues that are known."""
        claims: list[Claim] = []
        for queue in self._known:
            if len(claims) < free:
                claims += self.queue.claim(queue, free - len(claims))
        if not self._only:
            self._known = self._known[1:] + self._known[:1]  # or a long queue would keep the others waiting
        return claims

    def _keep_up(self) -> None:
        """Renew leases, and regularly recover rows that have no worker."""
        is_upkeep_due = self._timers.is_due("upkeep", _UPKEEP_SECONDS)
        if self._timers.is_due("beat", self._beat_every) or is_upkeep_due:
            # Before `reclaim`, so that a worker does not lose its own rows after it was suspended.
            self.queue.beat(self._attempts.claims())
        if is_upkeep_due:
            self.upkeep.reclaim(self._attempts.claims())
            recall()
            self.upkeep.unblock()
            self.upkeep.unpark()
            enqueue_ticks(list(self.jobs.values()))
        if self._timers.is_due("forget", _FORGET_SECONDS) and self.upkeep.forget(self._retention) >= SWEPT:
            self._timers.hasten("forget")  # there are more; jobs come first

    def _begin(self, claims: Sequence[Claim]) -> int:
        """Start claimed jobs; returns how many can run now."""
        known = [claim for claim in claims if claim.name in self.jobs]
        if len(known) < len(claims):
            unknown = [claim for claim in claims if claim.name not in self.jobs]
            for name in {claim.name for claim in unknown}:
                log.warning("Jobs: this worker does not know %s; its jobs are parked until one does", name)
            self.queue.park(unknown)
        admitted = self.queue.admit(known, self.limits)
        for claim in admitted:
            self._threads.start(self._attempts.add(claim, self.jobs[claim.name]))
        return len(admitted)

    def _run_one(self, attempt: RunningJob) -> None:
        """Run a job in this thread. Its outcome is stored by the thread of the worker."""
        attempt.run(self.app, STOP_SECONDS)
        self._attempts.leave(attempt)
        self._wakeups.wake()

    def _store(self, ended: Sequence[RunningJob]) -> None:
        """Store the outcomes of attempts."""
        done = [(each.claim, each.outcome.result) for each in ended if each.outcome and each.outcome.error is None]
        mine = self.queue.finish_all(done) if done else set()
        for each in ended:
            outcome = each.outcome
            if outcome is None or outcome.error is None:
                continue
            if self.queue.fail(each.claim, outcome.error, each.job.backoff, is_final=outcome.is_final):
                mine.add(each.claim.id)
        for each in ended:
            if each.claim.id not in mine:
                log.warning(
                    "%s outlived its lease; its outcome was discarded, because another worker has taken the job", each
                )

    def _store_alone(self, ended: Sequence[RunningJob], error: SQLAlchemyError) -> None:
        """Store the outcomes of attempts one by one if one of them cannot be stored, so that it stops no other.

        Args:
            ended: The attempts.
            error: What the database has said about all of them.
        """
        problem = problem_of(error)
        if problem is not None and problem.code == HTTPStatus.SERVICE_UNAVAILABLE:
            return  # they are stored when the database is back
        for each in ended:
            try:
                with transaction():
                    self._store([each])
            except SQLAlchemyError:
                log.exception("%s: the outcome could not be stored; the job will run again", each)
        self._attempts.remove(ended)

    def _rest(self, *, is_full: bool) -> float:
        """How long there is nothing to do unless a job is enqueued or ends, in seconds.

        Args:
            is_full: Whether all threads are busy.
        """
        ends = [self._timers.seconds_to_next("beat", "upkeep", "forget")]
        if (timeout := self._attempts.seconds_to_timeout()) is not None:
            ends.append(timeout)
        if not is_full and (following := self.upkeep.seconds_to_next()) is not None:
            ends.append(following)
        return max(0.0, min([_IDLE_SECONDS, *ends]))

    def _drain(self) -> None:
        """Let running jobs finish within the grace period, and release the others."""
        end = monotonic() + STOP_SECONDS
        while len(self._attempts) and monotonic() < end:
            self._try(self._drain_once)
            if len(self._attempts):
                self._wakeups.wait(min(self._beat_every, _RETRY_SECONDS, end - monotonic()))
        self._try(self._drain_once)
        left = [each.claim for each in self._attempts.running() if each.end(Outcome())]
        if left:
            log.warning(
                "Jobs: %d jobs did not finish in time and were released; other workers will run them", len(left)
            )
            self._try(lambda: self.queue.release(left))

    def _drain_once(self) -> None:
        """Store what has ended, and keep what is running."""
        self._attempts.end_late()
        ended = self._attempts.ended()
        if ended:
            with transaction():
                self._store(ended)
            self._attempts.remove(ended)
        if self._timers.is_due("beat", self._beat_every):
            self.queue.beat(self._attempts.claims())

    def _try(self, work: Callable[[], object]) -> None:
        """Call a function while stopping; a database error must not prevent the worker from stopping."""
        try:
            with self.app.app_context():
                work()
        except (SQLAlchemyError, OSError) as error:
            log.warning("Jobs: the database does not respond while stopping: %s", type(error).__name__)

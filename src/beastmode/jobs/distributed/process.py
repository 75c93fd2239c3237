"""One process of a Celery worker: the leases, the time limits and the outcomes of the attempts that run in it."""

import logging
import os
import signal
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, TypeVar

from billiard import current_process
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.settings import settings_of
from beastmode.jobs.child import run_in_child
from beastmode.jobs.claims import Claim
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.handover import claim_row
from beastmode.jobs.queue import Queue
from beastmode.jobs.running import Outcome, outcome_of
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.wakeups import wake_others

_LOOK_SECONDS = 0.2
"""How often time limits are checked while a job with one runs."""
_RETRY_SECONDS = 1.0
T = TypeVar("T")
log = logging.getLogger("beastmode")


@dataclass(eq=False)
class _Attempt:
    """A running attempt.

    Args:
        claim: The claimed row.
        job: The job.
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


@dataclass(frozen=True)
class Ended:
    """How an attempt ended.

    Args:
        result: What the function returned.
        error: Why it failed; None if it succeeded.
        is_final: Whether there is no further attempt.
    """

    result: Any = None
    error: str | None = None
    is_final: bool = False


class JobProcess:
    """Runs attempts in this process.

    Args:
        app: The Flask application.
    """

    def __init__(self, app: Flask) -> None:
        seconds = settings_of(app, JobSettings).jobs_lease_seconds
        self._app = app
        self._lease = timedelta(seconds=seconds)
        self._queue = Queue(f"{process_name(os.getpid())}{token_hex(4)}", self._lease)
        self._beat_every = seconds / 3
        self._runs: set[_Attempt] = set()
        self._lock = Lock()
        self._news = Event()
        Thread(target=self._watch, name="beastmode-leases", daemon=True).start()

    @staticmethod
    def of(app: Flask) -> "JobProcess":
        """The one of this process, not that of its parent, whose threads a child does not have.

        Args:
            app: The Flask application.
        """
        key = f"beastmode.job_process.{os.getpid()}"
        with _making:
            known: JobProcess | None = app.extensions.get(key)
            if known is None:
                known = app.extensions[key] = JobProcess(app)
        return known

    def run(self, job: Job[Any, Any], job_id: int) -> Ended | None:
        """Run the job of a row; None if the row is not waiting for Celery, or not yet allowed to run.

        Args:
            job: The job.
            job_id: The row's id.
        """
        claim = self._try(lambda: self._claim(job, job_id), f"Job {job_id} ({job.name})")
        if claim is None:
            return None
        ends = None if job.timeout is None or _needs_child(job) else monotonic() + job.timeout
        run = _Attempt(claim, job, ends)
        with self._lock:
            self._runs.add(run)
        self._news.set()
        try:
            outcome = self._outcome(run)
            return self._note(run, outcome) if run.take() else Ended(error="Timed out.", is_final=True)
        except _Terminated as stop:
            if run.take():
                self._try(lambda: self._release(claim), f"Job {job_id} ({job.name})")
            raise SystemExit(stop.code) from None
        finally:
            with self._lock:
                self._runs.discard(run)

    def _release(self, claim: Claim) -> None:
        self._queue.release([claim])
        wake_others()

    def _claim(self, job: Job[Any, Any], job_id: int) -> Claim | None:
        claim = claim_row(job_id, job.name, self._queue.worker, self._lease)
        if claim is None:
            log.debug("Job %s (%s) has already been started or discarded", job_id, job.name)
        elif not self._queue.admit([claim], {job.name: job.limit}):
            return None
        return claim

    def _outcome(self, run: _Attempt) -> Outcome:
        claim, job = run.claim, run.job
        try:
            with self._app.app_context():
                if _needs_child(job):
                    return run_in_child(claim, job.timeout or 0)
                return outcome_of(claim.id, claim.name, _told_apart(job.function), claim.arguments)
        except Exception:  # noqa: BLE001 - such as an error when the app context ends
            return Outcome(error=traceback.format_exc())

    def _note(self, run: _Attempt, outcome: Outcome) -> Ended:
        """Record the outcome of an attempt. If it cannot be stored, the lease expires and the job runs again."""
        claim, error = run.claim, outcome.error
        title = f"Job {claim.id} ({claim.name}), attempt {claim.attempts} of {claim.max_attempts}"
        if error is not None:
            log.error("%s failed:\n%s", title, error)
        if self._try(lambda: self._record(run, outcome), title) is False:
            log.warning("%s outlived its lease; its outcome was discarded", title)
        return Ended(outcome.result, error, is_final=outcome.is_final or claim.attempts >= claim.max_attempts)

    def _record(self, run: _Attempt, outcome: Outcome) -> bool:
        """Store the outcome of an attempt; False if the row belongs to another attempt."""
        claim, error = run.claim, outcome.error
        if error is None:
            is_mine = self._queue.finish(claim, outcome.result)
        else:
            is_mine = self._queue.fail(claim, error, run.job.backoff, is_final=outcome.is_final)
        if error is not None or claim.concurrency_key is not None:
            wake_others()  # the relay: the next attempt has its time, or a row that was blocked is ready
        return is_mine

    def _watch(self) -> None:
        """Renew the leases of running attempts, and end those that time out; runs in a thread of its own."""
        due = 0.0
        while True:
            with self._lock:
                runs = list(self._runs)
            if not runs:
                self._news.wait()
                self._news.clear()
                due = monotonic() + self._beat_every  # the claim has just set the lease
                continue
            if monotonic() >= due:
                due = monotonic() + self._beat_every
                self._beat(runs)
            for run in runs:
                if run.ends is not None and monotonic() > run.ends and run.take():
                    self._end(run)
            is_limited = any(run.ends is not None for run in runs)
            self._news.wait(_LOOK_SECONDS if is_limited else max(0.0, due - monotonic()))
            self._news.clear()

    def _beat(self, runs: list[_Attempt]) -> None:
        try:
            with self._app.app_context():
                self._queue.beat([run.claim for run in runs])
        except (SQLAlchemyError, OSError) as error:
            log.warning(
                "Jobs: leases were not renewed, because the database does not respond: %s", type(error).__name__
            )

    def _end(self, run: _Attempt) -> None:
        """Fail an attempt that has timed out, and kill the process if it runs nothing else; Celery starts another."""
        is_killed = _is_own_child()
        said = "; the process was killed." if is_killed else "."
        self._note(run, Outcome(error=f"Timed out after {run.job.timeout:g} s{said}"))
        with self._lock:
            self._runs.discard(run)
        if is_killed:
            os.kill(os.getpid(), signal.SIGKILL)

    def _try(self, work: Callable[[], T], title: str) -> T | None:
        """Call a function; if the database does not respond, try again for as long as the row is ours.

        Args:
            work: The function.
            title: The job, as the log names it.
        """
        end = monotonic() + self._lease.total_seconds()
        while True:
            try:
                with self._app.app_context():
                    return work()
            except (SQLAlchemyError, OSError) as error:
                if monotonic() > end:
                    log.exception("%s: the database does not respond; the job will run again", title)
                    return None
                log.warning("%s: the database does not respond; retrying: %s", title, type(error).__name__)
                Event().wait(_RETRY_SECONDS)


class _Terminated(BaseException):
    """The process was told to stop while a job was running, which is no failure of the job.

    Args:
        code: The exit status.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


_making = Lock()


def _told_apart(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that lets the SystemExit of a terminated child of the prefork pool through, not that of a job.

    Args:
        function: The job's function.
    """

    def told_apart(**arguments: Any) -> Any:
        try:
            return function(**arguments)
        except SystemExit as stop:
            # billiard exits with -(256 - signal), which no job does by accident.
            if isinstance(stop.code, int) and -256 < stop.code < -256 + signal.NSIG and _is_own_child():
                raise _Terminated(stop.code) from None
            raise

    return told_apart


def process_name(process: int) -> str:
    """The beginning of the worker's name of a process, which is unique as long as the process lives.

    Args:
        process: Its id.
    """
    return f"celery@{socket.gethostname()[:60]}:{process}:"


def _is_own_child() -> bool:
    """Whether this process runs one task at a time and can be killed: a child of Celery's prefork pool."""
    return bool(current_process().name != "MainProcess")


def _needs_child(job: Job[Any, Any]) -> bool:
    """Whether a job needs a process that is started for it, which the prefork pool already has."""
    return job.process and not _is_own_child()

"""The jobs of a worker: those that are running, those that have ended, and those that hang."""

import logging
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from flask import Flask

from beastmode.jobs.child import run_in_child
from beastmode.jobs.claims import Claim
from beastmode.jobs.definition import Job
from beastmode.jobs.running import Outcome, outcome_of

log = logging.getLogger("beastmode")


@dataclass(eq=False)
class RunningJob:
    """An attempt to run a job.

    Args:
        claim: The claimed row.
        job: The job to run.
        ends: The monotonic time at which it times out; None for no limit.
        outcome: What it has ended with, until that is stored.
    """

    claim: Claim
    job: Job[Any, Any]
    ends: float | None = None
    outcome: Outcome | None = None
    lock: Lock = field(default_factory=Lock)

    def end(self, outcome: Outcome) -> bool:
        """Set the outcome; False if it has one, as after its timeout.

        Args:
            outcome: The outcome.
        """
        with self.lock:
            is_first = self.outcome is None
            if is_first:
                self.outcome = outcome
        if is_first and outcome.error is not None:
            log.error("%s failed:\n%s", self, outcome.error)
        return is_first

    def run(self, app: Flask, seconds: float) -> None:
        """Call the function, and set the outcome; never raises.

        Args:
            app: The application.
            seconds: How long a job may take that runs in a process and has no limit.
        """
        claim, job = self.claim, self.job
        try:
            with app.app_context():
                if job.process:
                    outcome = run_in_child(claim, job.timeout or seconds)
                else:
                    outcome = outcome_of(claim.id, claim.name, job.function, claim.arguments)
        except Exception:  # noqa: BLE001 - without an outcome, the attempt would never end
            outcome = Outcome(error=traceback.format_exc())
        self.end(outcome)

    def __str__(self) -> str:
        """The attempt, as named in the log."""
        claim = self.claim
        return f"Job {claim.id} ({claim.name}), attempt {claim.attempts} of {claim.max_attempts}"


class RunningJobs:
    """The attempts of one worker, from the claim until the outcome is stored."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._all: set[RunningJob] = set()
        self._hung: set[RunningJob] = set()

    def __len__(self) -> int:
        """How many there are whose outcome is not stored."""
        return len(self._all)

    def add(self, claim: Claim, job: Job[Any, Any]) -> RunningJob:
        """A new attempt, which begins now.

        Args:
            claim: The claimed row.
            job: The job to run.
        """
        is_limited = job.timeout is not None and not job.process
        attempt = RunningJob(claim, job, monotonic() + (job.timeout or 0) if is_limited else None)
        with self._lock:
            self._all.add(attempt)
        return attempt

    def remove(self, attempts: Sequence[RunningJob]) -> None:
        """RunningJobs whose outcomes are stored, or will never be.

        Args:
            attempts: The attempts.
        """
        with self._lock:
            self._all.difference_update(attempts)

    def claims(self) -> list[Claim]:
        """The rows that the worker owns."""
        with self._lock:
            return [attempt.claim for attempt in self._all]

    def ended(self) -> list[RunningJob]:
        """Those that have an outcome, which is to be stored."""
        with self._lock:
            return [attempt for attempt in self._all if attempt.outcome is not None]

    def running(self) -> list[RunningJob]:
        """Those without an outcome."""
        with self._lock:
            return [attempt for attempt in self._all if attempt.outcome is None]

    def end_late(self) -> None:
        """Fail attempts that have timed out. Their threads keep running, but their results are discarded."""
        moment = monotonic()
        for attempt in self.running():
            if attempt.ends is not None and moment > attempt.ends:
                with self._lock:
                    self._hung.add(attempt)  # before its thread can say that it has ended
                attempt.end(Outcome(error=f"Timed out after {attempt.job.timeout:g} s."))

    def leave(self, attempt: RunningJob) -> None:
        """Note that the thread of an attempt is free.

        Args:
            attempt: The attempt.
        """
        with self._lock:
            self._hung.discard(attempt)

    def hung(self) -> int:
        """How many threads are busy with attempts that have timed out."""
        with self._lock:
            return len(self._hung)

    def seconds_to_timeout(self) -> float | None:
        """How long it is until the next attempt times out; None if none will."""
        ends = [attempt.ends for attempt in self.running() if attempt.ends is not None]
        return min(ends) - monotonic() if ends else None

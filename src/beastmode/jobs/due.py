"""Runs what is due in the calling thread, for tests and scripts; in production a `Worker` does."""

import logging
from datetime import timedelta
from secrets import token_hex

from flask import Flask

from beastmode.jobs.claims import Claim
from beastmode.jobs.queue import Queue
from beastmode.jobs.running import Outcome, outcome_of
from beastmode.jobs.tasks import all_jobs
from beastmode.jobs.upkeep import Upkeep

_LEASE = timedelta(hours=1)
_MOST = 1000
"""Jobs of one call. A job that enqueues itself without a delay would go on forever."""
log = logging.getLogger("beastmode")


def run_due_jobs(app: Flask) -> int:
    """Run every job that is due, and those that they enqueue, in this thread; returns how many.

    What a failed job raised is logged, and stored as by a worker. Jobs of other processes, and those that nobody
    declares here, stay as they are.

    Args:
        app: The Flask application.

    Raises:
        RuntimeError: There were more than a thousand.
    """
    queue = Queue(f"inline:{token_hex(4)}", _LEASE)
    upkeep = Upkeep({})
    count = 0
    while count <= _MOST:
        with app.app_context():
            upkeep.promote()
            claims = [claim for name in upkeep.queues() for claim in queue.claim(name, 1)]
        if not claims:
            return count
        count += sum(_run(app, queue, claim) for claim in claims)
    raise RuntimeError(f"More than {_MOST} jobs were due; the last one was {claims[-1].name}.")


def _run(app: Flask, queue: Queue, claim: Claim) -> bool:
    """Run a claimed job, in an app context of its own; False if it cannot run now."""
    job = all_jobs().get(claim.name)
    with app.app_context():
        if job is None:
            queue.park([claim])
            return False
        if not queue.admit([claim], {job.name: job.limit}):
            return False
    with app.app_context():
        # In this process even with process=True, so that what a test has replaced stays replaced.
        outcome: Outcome = outcome_of(claim.id, claim.name, job.function, claim.arguments)
    with app.app_context():
        if outcome.error is None:
            queue.finish(claim, outcome.result)
        else:
            log.error("Job %s (%s) failed:\n%s", claim.id, claim.name, outcome.error)
            queue.fail(claim, outcome.error, job.backoff, is_final=outcome.is_final)
    return True

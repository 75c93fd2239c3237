"""The queue, as two workers use it."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from deeds import ends_badly, fail, greet, one_each, post, tidy
from seen import rows

from beastmode.db import current_database
from beastmode.jobs.models import JobMark
from beastmode.jobs.queue import Queue, pause
from beastmode.jobs.status import counts, discard, list_jobs, retry, status_of
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.testing.queries import Queries


def states():
    return [row.state for row in rows()]


def test_a_row_is_claimed_by_one_worker(app, queue, other):
    """The second worker finds nothing."""
    job_id = greet.enqueue(name="Ada")

    [claim] = queue.claim("default", 5)

    assert (claim.id, claim.arguments, claim.attempts) == (job_id, {"name": "Ada"}, 1)
    assert other.claim("default", 5) == []


def test_higher_priorities_come_first_and_then_the_oldest(app, queue):
    """Within one queue."""
    for text, priority in (("a", 0), ("b", 9), ("c", 0), ("d", 9)):
        post.enqueue(text=text, _priority=priority)

    claims = queue.claim("mail", 3) + queue.claim("mail", 3)

    assert [claim.arguments["text"] for claim in claims] == ["b", "d", "a", "c"]


@pytest.mark.slow
def test_many_workers_claim_each_row_once(app):
    """Even if they claim at the same time."""
    for number in range(200):
        greet.enqueue(name=str(number))
    claimed, barrier = [], Barrier(8)

    def work(name):
        with app.app_context():
            mine = Queue(name, timedelta(seconds=5))
            barrier.wait()
            while claims := mine.claim("default", 7):
                claimed.extend(claims)

    threads = [Thread(target=work, args=(f"worker {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claim.id for claim in claimed) == [row.id for row in rows()]


def test_a_finished_row_keeps_its_result(app, queue):
    """It is kept until it is deleted after JOBS_RETENTION_DAYS."""
    job_id = greet.enqueue(name="Ada")
    [claim] = queue.claim("default", 1)

    assert queue.finish(claim, {"greeted": "Ada"}) is True

    status = status_of(job_id)
    assert (status.state, status.result, status.error, status.attempts) == ("done", {"greeted": "Ada"}, None, 1)
    assert status.started_at <= status.finished_at


def test_a_failed_row_waits_longer_each_time_and_is_dead_after_the_last_attempt(app, queue, clock):
    """It keeps the error of the last attempt."""
    fail.enqueue(text="no")
    waits = []
    for _ in range(3):
        queue.promote()
        [claim] = queue.claim("default", 1)
        queue.fail(claim, f"attempt {claim.attempts}", backoff=10)
        [row] = rows()
        waits.append((row.run_at - clock.now()).total_seconds())
        clock.advance(hours=1)

    assert (row.state, row.attempts, row.error) == ("dead", 3, "attempt 3")
    assert 7.5 <= waits[0] <= 12.5
    assert 15 <= waits[1] <= 25


def test_the_pause_between_attempts_is_at_most_an_hour():
    """Plus or minus 25% of jitter."""
    assert timedelta(minutes=45) <= pause(50, 5) <= timedelta(minutes=75)


def test_a_row_whose_lease_has_expired_is_run_by_another_worker(app, queue, other, clock):
    """For example after a machine was switched off."""
    greet.enqueue(name="Ada")
    [lost] = queue.claim("default", 1)
    clock.advance(seconds=4)
    assert (other.reclaim(), other.claim("default", 1)) == (0, [])

    clock.advance(seconds=2)
    assert other.reclaim() == 1
    [claim] = other.claim("default", 1)
    assert (claim.id, claim.attempts) == (lost.id, 2)


def test_a_worker_that_was_presumed_dead_changes_nothing(app, queue, other, clock):
    """Only the outcome of the other worker counts."""
    greet.enqueue(name="Ada")
    [lost] = queue.claim("default", 1)
    clock.advance(seconds=6)
    other.reclaim()
    [claim] = other.claim("default", 1)

    assert queue.finish(lost, "mine") is False
    assert queue.fail(lost, "mine", 5) is False
    assert other.finish(claim, "theirs") is True
    assert rows()[0].result == "theirs"


def test_a_worker_that_sends_heartbeats_keeps_its_rows(app, queue, other, clock):
    """No matter how long the job takes."""
    greet.enqueue(name="Ada")
    claims = queue.claim("default", 1)
    for _ in range(5):
        clock.advance(seconds=4)
        queue.beat(claims)

    assert other.reclaim() == 0


def test_a_job_that_crashes_its_worker_each_time_ends_up_dead(app, queue, clock):
    """Otherwise it would crash workers forever."""
    ends_badly.enqueue()
    queue.claim("default", 1)
    clock.advance(seconds=6)
    queue.reclaim()

    [row] = rows()
    assert (row.state, row.error) == ("dead", "The worker's lease expired before the job finished.")


def test_released_rows_do_not_lose_an_attempt(app, queue, other):
    """A worker that stops releases its unfinished jobs."""
    greet.enqueue(name="Ada")
    queue.release(queue.claim("default", 1))

    [claim] = other.claim("default", 1)
    assert claim.attempts == 1


def test_a_job_that_an_older_worker_does_not_know_waits_for_a_newer_one(app, queue, other):
    """During a deployment, two versions of an application share a database."""
    greet.enqueue(name="Ada")
    [claim] = queue.claim("default", 1)
    queue.park(claim)
    assert (states(), queue.unpark(["other.job"]), queue.claim("default", 1)) == (["parked"], 0, [])

    assert other.unpark(["deeds.greet"]) == 1
    [claim] = other.claim("default", 1)
    assert claim.attempts == 1


def test_no_more_jobs_with_one_key_run_than_its_limit(app, queue, other):
    """The next one starts when one of them has finished."""
    for account in (1, 1, 2):
        one_each.enqueue(account=account)
    first, second, third = queue.claim("default", 3)

    assert [queue.admit(claim, 1) for claim in (first, third)] == [False, True]
    assert states() == ["blocked", "running", "running"]
    assert queue.admit(second, 1) is True

    queue.finish(second, None)
    [next_one] = other.claim("default", 3)
    assert (next_one.id, next_one.attempts, other.admit(next_one, 1)) == (first.id, 1, True)


def test_a_blocked_row_is_unblocked_after_the_worker_of_its_key_was_lost(app, queue, other, clock):
    """The lost worker cannot unblock it, so another one does."""
    for _ in range(3):
        one_each.enqueue(account=1)
    running, waiting = queue.claim("default", 2)
    assert queue.admit(waiting, 1) is False
    queue.admit(running, 1)
    discard_running(running)

    assert other.unblock() == 0, "one is ready"
    [ready] = other.claim("default", 1)
    other.finish(ready, None)
    assert states().count("ready") == 1


def test_a_row_from_before_its_job_had_a_limit_runs(app, queue):
    """It has no key, so that nothing would find it again if it were blocked."""
    for name in ("Ada", "Grace"):
        greet.enqueue(name=name)

    assert [queue.admit(claim, 1) for claim in queue.claim("default", 2)] == [True, True]


def test_blocked_rows_are_not_each_compared_with_all_others(app, queue):
    """PostgreSQL reads the whole list of NOT IN again for each row where it is long: 200,000 rows took ten seconds."""
    with Queries(app)() as sent:
        queue.unblock()

    assert [("NOT (EXISTS" in each, "NOT IN" in each) for each in sent] == [(True, False)]


def discard_running(claim):
    """Lose a row, as a person with a database client would."""
    from beastmode.jobs.models import JobRow

    current_database().execute(JobRow.__table__.delete().where(JobRow.id == claim.id))


def test_a_scheduled_row_is_ready_when_it_is_due(app, queue, clock):
    """It is not ready before."""
    greet.enqueue(name="Ada", _delay=60)
    assert (queue.promote(), queue.next_moment() - clock.now()) == (0, timedelta(seconds=60))

    clock.advance(seconds=60)
    assert (queue.promote(), states(), queue.next_moment()) == (1, ["ready"], None)


def test_queues_with_ready_rows_are_found(app, queue):
    """They need not be declared anywhere."""
    greet.enqueue(name="a")
    post.enqueue(text="b")
    post.enqueue(text="b")
    post.enqueue(text="b", _queue="aside", _delay=5)

    assert queue.queues() == ["default", "mail"]


def test_old_rows_and_marks_are_deleted(app, queue, clock):
    """Unfinished jobs are kept, no matter how old they are."""
    greet.enqueue(name="a")
    [claim] = queue.claim("default", 1)
    queue.finish(claim, None)
    greet.enqueue(name="b")
    current_database().execute(JobMark.__table__.insert().values(key="once", made_at=clock.now()))
    clock.advance(days=8)

    assert queue.forget(clock.now() - timedelta(days=7)) == 1
    assert (states(), current_database().execute(JobMark.__table__.select()).all()) == (["ready"], [])


def test_a_schedule_enqueues_its_job_once_for_each_scheduled_time(app, clock):
    """No matter how many workers check, and how often."""
    clock.move_to(datetime(2026, 3, 1, 12, 4, 59, tzinfo=UTC))
    assert enqueue_ticks([tidy]) == 1, "of 12:00, which is not ten minutes ago"
    assert enqueue_ticks([tidy]) == 0

    clock.move_to(datetime(2026, 3, 1, 12, 5, tzinfo=UTC))
    assert [enqueue_ticks([tidy, greet]) for _ in range(3)] == [1, 0, 0]


def test_dead_jobs_can_be_retried_or_discarded(app, queue):
    """By id, by name, or all of them."""
    ids = []
    for _ in range(3):
        ids.append(ends_badly.enqueue())
        [claim] = queue.claim("default", 1)
        queue.fail(claim, "no", 5)

    assert [job.id for job in list_jobs("dead")] == ids[::-1]
    assert (retry(ids[0]), discard(name="deeds.ends_badly"), states()) == (1, 2, ["ready"])


def test_jobs_are_counted(app, queue, clock):
    """The metrics and `flask beastmode jobs list` show the counts."""
    greet.enqueue(name="a")
    greet.enqueue(name="b", _delay=600)
    clock.advance(seconds=30)

    assert (counts().states, counts().lag) == ({"ready": 1, "scheduled": 1}, 30.0)

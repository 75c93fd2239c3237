"""The queue, as two workers use it."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from deeds import ends_badly, fail, greet, one_each, post, tidy
from seen import rows

from beastmode.db import current_database
from beastmode.jobs.models import JobMark, JobRow
from beastmode.jobs.queue import Queue, pause
from beastmode.jobs.status import counts, discard, list_jobs, retry, status_of
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.jobs.upkeep import Upkeep


def states():
    return [row.state for row in rows()]


def keep(*names):
    """The upkeep of a worker that knows these jobs, of which one with each key may run."""
    return Upkeep(dict.fromkeys(names or ("deeds.one_each",), 1))


def admitted(queue, claims, limit=1):
    """The ids of the claims that may run."""
    return [claim.id for claim in queue.admit(claims, {"deeds.one_each": limit})]


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
        keep().promote()
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
    assert (keep().reclaim(), other.claim("default", 1)) == (0, [])

    clock.advance(seconds=2)
    assert keep().reclaim() == 1
    [claim] = other.claim("default", 1)
    assert (claim.id, claim.attempts) == (lost.id, 2)


def test_a_worker_that_was_presumed_dead_changes_nothing(app, queue, other, clock):
    """Only the outcome of the other worker counts."""
    greet.enqueue(name="Ada")
    [lost] = queue.claim("default", 1)
    clock.advance(seconds=6)
    keep().reclaim()
    [claim] = other.claim("default", 1)

    assert queue.finish(lost, "mine") is False
    assert queue.fail(lost, "mine", 5) is False
    assert other.finish(claim, "theirs") is True
    assert rows()[0].result == "theirs"


@pytest.mark.parametrize("seconds", [-3600, 3600], ids=["slow", "fast"])
def test_a_lease_is_kept_whatever_the_clock_of_another_machine_says(app, queue, monkeypatch, seconds):
    """PostgreSQL's clock decides for all; processes that share a SQLite file share a clock."""
    if current_database().engine.dialect.name == "sqlite":
        pytest.skip("one file, one machine, one clock")
    greet.enqueue(name="Ada")
    greet.enqueue(name="Ada", _delay=600)
    queue.claim("default", 1)

    wrong = datetime.now(UTC) + timedelta(seconds=seconds)
    monkeypatch.setattr("beastmode.core.clock._SystemClock.now", lambda _: wrong)

    assert (keep().reclaim(), keep().promote(), states()) == (0, 0, ["running", "scheduled"])
    assert 590 < keep().seconds_to_next() <= 600


def test_the_rows_of_a_lost_worker_are_run_although_the_clock_was_set_back(app, queue, other, clock):
    """Their leases end in a future that is impossible; without that, they would wait for years."""
    clock.advance(days=400)
    greet.enqueue(name="Ada")
    queue.claim("default", 1)
    clock.advance(days=-400)

    assert (keep().reclaim(), len(other.claim("default", 1))) == (1, 1)


def test_a_worker_that_sends_heartbeats_keeps_its_rows(app, queue, other, clock):
    """No matter how long the job takes."""
    greet.enqueue(name="Ada")
    claims = queue.claim("default", 1)
    for _ in range(5):
        clock.advance(seconds=4)
        queue.beat(claims)

    assert keep().reclaim() == 0


def test_a_job_that_crashes_its_worker_each_time_ends_up_dead(app, queue, clock):
    """Otherwise it would crash workers forever."""
    ends_badly.enqueue()
    queue.claim("default", 1)
    clock.advance(seconds=6)
    keep().reclaim()

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
    queue.park([claim])
    assert (states(), keep("other.job").unpark(), queue.claim("default", 1)) == (["parked"], 0, [])

    assert keep("deeds.greet").unpark() == 1
    [claim] = other.claim("default", 1)
    assert claim.attempts == 1


def test_no_more_jobs_with_one_key_run_than_its_limit(app, queue, other):
    """The first ones run, and the next one starts when one of them has finished."""
    ids = [one_each.enqueue(account=account) for account in (1, 1, 2)]
    claims = queue.claim("default", 3)

    assert admitted(queue, claims) == [ids[0], ids[2]]
    assert states() == ["running", "blocked", "running"]

    queue.finish(claims[0], None)
    [next_one] = other.claim("default", 3)
    assert (next_one.id, next_one.attempts, admitted(other, [next_one])) == (ids[1], 1, [ids[1]])


def test_the_first_of_two_that_are_claimed_together_runs(app, queue, other):
    """Otherwise the important one of two would wait for the other, even if different workers have claimed them."""
    first, second = one_each.enqueue(account=1, _priority=9), one_each.enqueue(account=1)
    [important], [other_one] = queue.claim("default", 1), other.claim("default", 1)

    assert (important.id, other_one.id) == (first, second)
    assert (admitted(queue, [important]), admitted(other, [other_one])) == ([first], [])


def test_the_blocked_row_with_the_highest_priority_follows(app, queue):
    """And of those with the same one, the oldest."""
    ids = [one_each.enqueue(account=1, _priority=priority) for priority in (0, 5, 0, 5, 9)]
    claims = queue.claim("default", 5)
    ran = []
    while claims:
        [running] = queue.admit(claims, {"deeds.one_each": 1})
        ran.append(running.id)
        queue.finish(running, None)
        claims = queue.claim("default", 5)

    assert ran == [ids[4], ids[1], ids[3], ids[0], ids[2]]


def test_the_place_of_a_job_that_cannot_run_now_is_given_to_the_next(app, queue):
    """Whatever becomes of it: it may fail, be released, or be unknown to the worker."""
    for _ in range(4):
        one_each.enqueue(account=1)
    claims = queue.claim("default", 4)
    ends = [lambda claim: queue.fail(claim, "no", 5), lambda claim: queue.park([claim])]
    for end in ends:
        [running] = queue.admit(claims, {"deeds.one_each": 1})
        end(running)
        claims = queue.claim("default", 4)
        assert len(claims) == 1

    assert states() == ["scheduled", "parked", "running", "blocked"]


def test_every_place_of_a_key_is_filled_again_after_a_worker_was_lost(app, queue, other, clock):
    """If its jobs were on their last attempt, nothing of theirs is run that could be followed by a blocked row."""
    for _ in range(6):
        one_each.enqueue(account=1)
    assert len(admitted(queue, queue.claim("default", 6), limit=3)) == 3
    current_database().execute(JobRow.__table__.update().values(max_attempts=1))
    clock.advance(seconds=6)
    assert keep().reclaim() == 3

    assert Upkeep({"deeds.one_each": 3}).unblock() == 3
    assert states() == ["dead"] * 3 + ["ready"] * 3


def test_a_blocked_row_is_unblocked_after_the_worker_of_its_key_was_lost(app, queue, other):
    """The lost worker cannot unblock it, so another one does."""
    for _ in range(3):
        one_each.enqueue(account=1)
    running, waiting = queue.claim("default", 2)
    assert admitted(queue, [running, waiting]) == [running.id]
    discard_running(running)

    assert keep().unblock() == 0, "one is ready"
    [ready] = other.claim("default", 1)
    assert keep().unblock() == 0, "one is running"
    other.finish(ready, None)
    assert states().count("ready") == 1


def test_blocked_rows_of_many_keys_are_looked_at_some_keys_at_a_time(app, queue, monkeypatch):
    """The next look goes on with the next keys, and begins again after the last."""
    monkeypatch.setattr("beastmode.jobs.upkeep._KEYS", 2)
    for account in range(5):
        one_each.enqueue(account=account)
    current_database().execute(JobRow.__table__.update().values(state="blocked"))
    upkeep = keep()

    assert [upkeep.unblock() for _ in range(4)] == [2, 2, 1, 0]
    assert states() == ["ready"] * 5


def test_a_row_from_before_its_job_had_a_limit_runs(app, queue):
    """It has no key, so that nothing would find it again if it were blocked."""
    for name in ("Ada", "Grace"):
        greet.enqueue(name=name)
    claims = queue.claim("default", 2)

    assert queue.admit(claims, {"deeds.greet": 1}) == claims


def test_a_row_whose_job_has_no_limit_any_more_runs(app, queue):
    """Its key counts no more."""
    for _ in range(2):
        one_each.enqueue(account=1)
    claims = queue.claim("default", 2)

    assert queue.admit(claims, {"deeds.one_each": None}) == claims


def discard_running(claim):
    """Lose a row, as a person with a database client would."""
    current_database().execute(JobRow.__table__.delete().where(JobRow.id == claim.id))


def test_a_scheduled_row_is_ready_when_it_is_due(app, queue, clock):
    """It is not ready before."""
    greet.enqueue(name="Ada", _delay=60)
    assert (keep().promote(), keep().seconds_to_next()) == (0, 60)

    clock.advance(seconds=60)
    assert (keep().promote(), states(), keep().seconds_to_next()) == (1, ["ready"], None)


def test_queues_with_ready_rows_are_found(app, queue):
    """They need not be declared anywhere."""
    greet.enqueue(name="a")
    post.enqueue(text="b")
    post.enqueue(text="b")
    post.enqueue(text="b", _queue="aside", _delay=5)

    assert keep().queues() == ["default", "mail"]


def test_old_rows_and_marks_are_deleted(app, queue, clock):
    """Unfinished jobs are kept, no matter how old they are."""
    greet.enqueue(name="a")
    [claim] = queue.claim("default", 1)
    queue.finish(claim, None)
    greet.enqueue(name="b")
    current_database().execute(JobMark.__table__.insert().values(key="once", made_at=clock.now()))
    clock.advance(days=8)

    assert keep().forget(timedelta(days=7)) == 1
    assert (states(), current_database().execute(JobMark.__table__.select()).all()) == (["ready"], [])


def test_what_is_old_is_deleted_in_parts_until_nothing_is_left(app, queue, clock, monkeypatch):
    """A statement deletes a bounded number of rows, and the worker goes on where there are more."""
    monkeypatch.setattr("beastmode.jobs.upkeep.SWEPT", 2)
    for number in range(5):
        greet.enqueue(name=str(number))
        current_database().execute(JobMark.__table__.insert().values(key=str(number), made_at=clock.now()))
    queue.finish_all([(claim, None) for claim in queue.claim("default", 5)])
    clock.advance(days=8)

    assert [keep().forget(timedelta(days=7)) for _ in range(4)] == [2, 2, 1, 0]
    assert (states(), current_database().execute(JobMark.__table__.select()).all()) == ([], [])


@pytest.mark.parametrize("way", [-1, 1], ids=["back", "forward"])
def test_a_schedule_enqueues_nothing_twice_when_the_clock_jumps(app, clock, way):
    """The hour that is repeated was noted the first time; the one that is left out is too old but for its last tick."""
    clock.move_to(datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC))
    assert enqueue_ticks([tidy]) == 1
    for _ in range(12):
        clock.advance(minutes=5)
        enqueue_ticks([tidy])
    before = len(rows())

    clock.advance(hours=way)

    assert [enqueue_ticks([tidy]) for _ in range(3)] == ([0, 0, 0] if way < 0 else [1, 0, 0])
    assert len(rows()) == before + (way > 0)


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


def test_no_more_jobs_of_a_state_are_counted_than_it_takes_to_see_that_they_are_many(app, clock, monkeypatch):
    """Whoever collects the metrics must not read a million rows each time."""
    monkeypatch.setattr("beastmode.jobs.status.MOST_COUNTED", 3)
    for number in range(5):
        greet.enqueue(name=str(number))

    assert counts().states == {"ready": 3}

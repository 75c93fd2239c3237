"""The rows on their way to Celery: each is handed over, started and ended once, whatever happens to its message."""

from datetime import timedelta

import pytest
from parcels import greet, one_each, report, row, states
from sqlalchemy import update

from beastmode.db import current_database
from beastmode.jobs import discard, status_of
from beastmode.jobs.distributed.handover import Handover, claim_row, mark_lost, recall
from beastmode.jobs.models import JobRow
from beastmode.jobs.queue import Queue
from beastmode.jobs.upkeep import Upkeep

LEASE = timedelta(seconds=5)
PROCESS = "celery@host:17:"


@pytest.fixture
def relay(app):
    return Handover("relay", LEASE)


def ids(parcels):
    return [parcel.id for parcel in parcels]


def claim(job_id, worker=f"{PROCESS}ab", name="parcels.greet"):
    return claim_row(job_id, name, worker, LEASE)


def test_the_first_rows_of_a_queue_are_handed_over_once(relay):
    """Those of higher priority first; other queues stay as they are."""
    late, first, other = greet.enqueue(name="b"), greet.enqueue(name="a", _priority=5), report.enqueue()

    taken = relay.take("default", 10)

    assert ids(taken) == [first, late]
    assert taken[0].arguments == {"name": "a"}
    assert (states(), relay.take("default", 10)) == (["relayed", "relayed", "ready"], [])
    assert other not in ids(taken)


def test_no_more_rows_are_handed_over_than_asked_for(relay):
    """The others wait in the database, where a job of higher priority may still overtake them."""
    for number in range(3):
        greet.enqueue(name=str(number))

    assert len(relay.take("default", 2)) == 2
    assert relay.waiting("default") == 2


def test_a_row_is_started_by_the_first_of_two_messages(relay):
    """The second finds it running, then done, and does nothing."""
    job_id = greet.enqueue(name="Ada")
    relay.take("default", 1)

    first = claim(job_id)

    assert (first.id, first.attempts, first.arguments) == (job_id, 1, {"name": "Ada"})
    assert claim(job_id, "another") is None
    Queue(f"{PROCESS}ab", LEASE).finish(first, "done")
    assert claim(job_id, "another") is None
    assert status_of(job_id).attempts == 1


def test_a_message_of_another_job_does_not_start_a_row(relay):
    """Such as one from before a restored backup, whose id now belongs to another row."""
    job_id = greet.enqueue(name="Ada")
    relay.take("default", 1)

    assert claim(job_id, name="parcels.report") is None
    assert states() == ["relayed"]


def test_a_row_that_was_discarded_is_not_started(relay):
    """Its message finds nothing."""
    job_id = greet.enqueue(name="Ada")
    relay.take("default", 1)

    assert discard(job_id) == 1
    assert claim(job_id) is None


def test_rows_whose_messages_could_not_be_sent_are_ready_again(relay):
    """Unless a worker has started one all the same."""
    started, other = greet.enqueue(name="a"), greet.enqueue(name="b")
    parcels = relay.take("default", 2)
    claim(started)

    relay.give_back(parcels)

    assert states() == ["running", "ready"]
    assert row(other).worker is None


def test_rows_are_overdue_when_nobody_has_started_them_within_the_lease(relay, clock):
    """All relayed rows of the queue are counted, since all of their messages may be in the broker."""
    old, new = greet.enqueue(name="old"), greet.enqueue(name="new")
    relay.take("default", 1)
    clock.advance(seconds=4)
    relay.take("default", 1)
    assert relay.overdue() == {}

    clock.advance(seconds=2)

    assert relay.overdue() == {"default": 2}
    assert ids(relay.take_again("default", 10)) == [old]
    assert relay.take_again("default", 10) == []
    assert new not in ids(relay.take_again("default", 10))


def test_the_attempt_of_a_killed_process_ends_and_counts(relay):
    """The job waits for its next attempt, so that one that kills its process each time does not do so without pause."""
    job_id = greet.enqueue(name="Ada")
    relay.take("default", 1)
    claim(job_id)

    assert not mark_lost(job_id, "celery@host:1:", "killed", 5), "another process whose number begins alike"
    assert mark_lost(job_id, PROCESS, "killed", 5)
    assert not mark_lost(job_id, PROCESS, "killed", 5)

    status = status_of(job_id)
    assert (status.state, status.attempts, status.error) == ("scheduled", 1, "killed")
    assert claim(job_id) is None, "the message that Celery delivers again is for the attempt that has ended"


def test_a_job_that_kills_its_process_each_time_is_dead_in_the_end(relay):
    """And its unique key is free again."""
    job_id = greet.enqueue(name="Ada", _unique="ada")
    for _ in range(10):
        claim(job_id) or pytest.fail("it could not be started")
        mark_lost(job_id, PROCESS, "killed", 0)
        Upkeep({}).promote()

    assert (status_of(job_id).state, row(job_id).unique_key) == ("dead", None)


def test_workers_that_run_jobs_themselves_take_rows_back_that_nobody_starts(relay, clock):
    """After CELERY_BROKER_URL was removed, no relay would hand them over again."""
    greet.enqueue(name="Ada")
    relay.take("default", 1)
    assert recall() == 0

    clock.advance(seconds=6)

    assert recall() == 1
    assert states() == ["ready"]


def test_a_blocked_row_waits_for_a_relayed_one_with_its_key(relay):
    """The relayed one will run, and make it ready when it ends."""
    blocked, other = one_each.enqueue(account="a"), one_each.enqueue(account="a")
    current_database().execute(update(JobRow).where(JobRow.id == blocked).values(state="blocked"))
    assert ids(relay.take("default", 2)) == [other]

    assert Upkeep({one_each.name: 1}).unblock() == 0

    Queue(f"{PROCESS}ab", LEASE).finish(claim(other, name=one_each.name), None)
    assert states() == ["ready", "done"]

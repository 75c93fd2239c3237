"""A worker runs enqueued jobs, several at a time, until it is stopped."""

import logging
from time import monotonic, sleep

import deeds as jobs
import pytest
from seen import deeds, rows
from sqlalchemy.exc import DataError

from beastmode.jobs import Worker, status_of
from beastmode.jobs.definition import declared
from beastmode.jobs.queue import Queue

SECONDS = 10
"""More than any of these tests needs, even on a busy machine."""

WITHOUT_SCHEDULE = {name: job for name, job in declared.items() if job.schedule is None}


@pytest.fixture
def start(app):
    """Starts workers that are stopped at the end of the test."""
    workers = []

    def started(**options):
        options = {"threads": 2, "jobs": WITHOUT_SCHEDULE, **options}
        worker = Worker(app, **options)
        workers.append((worker, worker.start()))
        return worker

    yield started
    for worker, thread in workers:
        worker.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()


def state_of(job_id):
    status = status_of(job_id)
    return None if status is None else status.state


def until(found, expected):
    """Wait until a function returns the expected value, and return its last value."""
    end = monotonic() + SECONDS
    while (value := found()) != expected and monotonic() < end:
        sleep(0.01)
    return value


def test_a_job_is_run_and_its_result_is_stored(app, start):
    """The function gets the arguments that were enqueued."""
    start()

    job_id = jobs.greet.enqueue(name="Ada")

    assert until(lambda: state_of(job_id), "done") == "done"
    assert (status_of(job_id).result, deeds()) == ({"greeted": "Ada"}, ["hello Ada"])


def test_an_idle_worker_starts_a_job_immediately(app, start):
    """It does not poll once a second: ten jobs, one after the other, take less time than that."""
    start()
    first = jobs.greet.enqueue(name="first")
    until(lambda: state_of(first), "done")
    begin = monotonic()
    for number in range(10):
        job_id = jobs.greet.enqueue(name=str(number))
        until(lambda job_id=job_id: state_of(job_id), "done")

    assert monotonic() - begin < SECONDS / 2


def test_an_error_is_stored_with_its_traceback_and_logged(app, start, caplog):
    """The job is scheduled for its next attempt."""
    start()
    with caplog.at_level(logging.ERROR, "beastmode"):
        job_id = jobs.fail.enqueue(text="the mail server is unavailable")
        assert until(lambda: state_of(job_id), "scheduled") == "scheduled"

    error = status_of(job_id).error
    assert error.startswith("Traceback (most recent call last):")
    assert error.endswith("ValueError: the mail server is unavailable\n")
    assert f"Job {job_id} (deeds.fail), attempt 1 of 3 failed:" in caplog.text


def test_a_result_that_is_not_a_json_value_is_an_error(app, start):
    """It would be a different value when it is read."""
    start()
    job_id = jobs.returns_a_set.enqueue()

    until(lambda: state_of(job_id), "scheduled")
    assert "The result of deeds.returns_a_set: it is a set; expected a JSON value." in status_of(job_id).error


def test_an_attempt_that_times_out_fails(app, start):
    """Another job can take its place."""
    start(threads=1)
    slow = jobs.sleeps.enqueue(seconds=0.6)
    quick = jobs.greet.enqueue(name="Ada")

    assert until(lambda: state_of(slow), "scheduled") == "scheduled"
    assert status_of(slow).error == "Timed out after 0.3 s."
    assert until(lambda: state_of(quick), "done") == "done"
    sleep(0.6)
    assert state_of(slow) == "scheduled", "the late result of the thread is discarded"


def test_jobs_that_hang_keep_a_bounded_number_of_threads(app, start, caplog):
    """A thread cannot be killed: when as many hang as may run, the worker starts no more until one of them ends."""
    jobs.go_on.clear()
    worker = start(threads=2)
    hanging = [jobs.hangs_until_the_test_ends.enqueue() for _ in range(2)]
    for job_id in hanging:
        until(lambda job_id=job_id: state_of(job_id), "dead")
    waiting = jobs.greet.enqueue(name="Ada")
    until(lambda: "starts no more" in caplog.text, expected=True)
    assert state_of(waiting) == "ready"

    jobs.go_on.set()

    assert until(lambda: state_of(waiting), "done") == "done"
    assert worker._attempts.hung() == 0
    assert (
        "Jobs: 2 jobs that have timed out are still running. This worker starts no more until one of them ends; "
        "restart it, and use @job(process=True) for functions that may hang"
    ) in caplog.text


def test_a_delayed_job_starts_when_it_is_due(app, start):
    """An idle worker learns of it when it is enqueued, and waits no longer than until then."""
    start()
    first = jobs.greet.enqueue(name="first")
    until(lambda: state_of(first), "done")
    begin = monotonic()
    for _ in range(5):
        job_id = jobs.greet.enqueue(name="Ada", _delay=0.05)
        until(lambda job_id=job_id: state_of(job_id), "done")

    assert monotonic() - begin < SECONDS / 2


def test_an_outcome_that_cannot_be_stored_stops_no_other(app, start, monkeypatch, caplog):
    """It is stored with others in one statement, and alone if that fails."""
    original = Queue.finish_all

    def finish_all(queue, ended):
        if any(claim.arguments == {"name": "bad"} for claim, _ in ended):
            raise DataError("UPDATE", {}, Exception("no"))
        return original(queue, ended)

    monkeypatch.setattr(Queue, "finish_all", finish_all)
    start(threads=4)
    ids = [jobs.greet.enqueue(name=name) for name in ("bad", "a", "b", "c")]

    for job_id in ids[1:]:
        assert until(lambda job_id=job_id: state_of(job_id), "done") == "done"
    # The others may have been stored before the bad one ended.
    assert until(lambda: "the outcome could not be stored; the job will run again" in caplog.text, True) is True
    assert state_of(ids[0]) == "running", "until its lease expires"


@pytest.mark.parametrize("result", ["\0", "\u2028", {"a": [1.5, None, True]}, None, ["x" * 10_000]], ids=ascii)
def test_a_result_comes_back_as_it_was(app, queue, result):
    """Whatever JSON value it is."""
    job_id = jobs.greet.enqueue(name="Ada")
    [claim] = queue.claim("default", 1)

    assert queue.finish(claim, result) is True
    assert status_of(job_id).result == result


def test_jobs_with_the_same_key_run_one_after_the_other(app, start):
    """The limit applies across threads and workers."""
    start(threads=4)
    start(threads=4)
    for _ in range(5):
        jobs.one_each.enqueue(account="a")

    until(lambda: len(deeds()), 10)
    assert deeds() == ["a begins", "a ends"] * 5


def test_an_effect_in_once_happens_once(app, start):
    """Several jobs try, and the first one performs it."""
    start(threads=4)
    ids = [jobs.charge.enqueue(order=number % 3) for number in range(12)]

    for job_id in ids:
        assert until(lambda job_id=job_id: state_of(job_id), "done") == "done"
    assert sorted(deeds()) == ["charged 0", "charged 1", "charged 2"]


def test_a_job_can_report_its_progress(app, start):
    """Its status shows the progress."""
    start()
    job_id = jobs.reports.enqueue()

    until(lambda: state_of(job_id), "done")
    status = status_of(job_id)
    assert (status.progress, status.note, status.result) == (0.5, f"half of {job_id}", "whole")


def test_a_job_of_another_version_is_parked(app, start):
    """A worker that does not know it leaves it to one that does."""
    older = start(jobs={"deeds.fail": declared["deeds.fail"]})
    job_id = jobs.greet.enqueue(name="Ada")
    assert until(lambda: state_of(job_id), "parked") == "parked"

    older.stop()  # or it may be faster again, and park the job once more
    start()
    assert until(lambda: state_of(job_id), "done") == "done"


def test_a_worker_only_takes_jobs_from_its_queues(app, start):
    """It takes them in the order of its queues; jobs in other queues wait."""
    start(queues=["mail"])
    ignored, taken = jobs.greet.enqueue(name="Ada"), jobs.post.enqueue(text="letter")

    assert until(lambda: state_of(taken), "done") == "done"
    assert state_of(ignored) == "ready"


def test_a_worker_that_stops_lets_its_jobs_finish(app):
    """It claims no further jobs."""
    worker = Worker(app, 1, jobs=WITHOUT_SCHEDULE)
    thread = worker.start()
    first = jobs.one_each.enqueue(account="a")
    until(lambda: state_of(first), "running")
    worker.stop()
    thread.join(SECONDS)
    later = jobs.greet.enqueue(name="Ada")

    assert (state_of(first), state_of(later)) == ("done", "ready")


def test_a_job_that_does_not_finish_in_time_is_released(app, monkeypatch):
    """Another worker can run it; the attempt does not count."""
    monkeypatch.setattr("beastmode.jobs.worker.STOP_SECONDS", 0.05)
    worker = Worker(app, 1, jobs=WITHOUT_SCHEDULE)
    thread = worker.start()
    jobs.go_on.clear()
    job_id = jobs.waits_for_the_test.enqueue()
    until(lambda: state_of(job_id), "running")
    worker.stop()
    thread.join(SECONDS)

    [row] = rows()
    assert (row.state, row.attempts) == ("ready", 0)
    jobs.go_on.set()
    sleep(0.5)
    assert rows()[0].state == "ready", "the late result of the thread is discarded"


def test_a_job_that_exits_has_failed_and_its_thread_is_free(app, start):
    """Otherwise its row would stay this worker's for good, and one job fewer would run at a time."""
    start(threads=1)
    left = jobs.leaves.enqueue()
    assert until(lambda: state_of(left), "dead") == "dead"
    assert status_of(left).error.endswith("SystemExit: nothing to do\n")

    following = jobs.greet.enqueue(name="Ada")

    assert until(lambda: state_of(following), "done") == "done"


@pytest.mark.parametrize("code", [0, 0xD800], ids=["NUL", "half a surrogate pair"])
def test_an_error_with_characters_that_cannot_be_stored_is_kept(app, start, code):
    """Without them; otherwise the row would wait for the end of its lease, and its error would say nothing."""
    start()
    job_id = jobs.says.enqueue(code=code)

    assert until(lambda: state_of(job_id), "dead") == "dead"
    assert status_of(job_id).error.endswith("ValueError: no \N{REPLACEMENT CHARACTER} here\n")


@pytest.mark.parametrize("code", [0, 0xD800], ids=["NUL", "half a surrogate pair"])
def test_a_note_with_characters_that_cannot_be_stored_is_kept(app, start, code):
    """Without them: a note is no reason for a job to fail."""
    start()
    job_id = jobs.notes.enqueue(code=code)

    assert until(lambda: state_of(job_id), "done") == "done"
    assert status_of(job_id).note == "no \N{REPLACEMENT CHARACTER} here"


@pytest.mark.parametrize("kind", ["nan", "infinity", "half a surrogate pair", "large"])
def test_a_result_that_no_database_keeps_is_an_error(app, start, kind):
    """PostgreSQL would refuse it, and the job would run again, with the same result."""
    start()
    job_id = jobs.returns.enqueue(kind=kind)

    assert until(lambda: state_of(job_id), "dead") == "dead"
    assert "expected a JSON value" in status_of(job_id).error


def test_a_worker_keeps_its_rows_when_the_clock_jumps(app, start, monkeypatch, clock):
    """As after a suspension: it renews its leases before it looks for those that have expired."""
    monkeypatch.setattr("beastmode.jobs.worker._UPKEEP_SECONDS", 0.05)
    start()
    job_id = jobs.waits.enqueue(seconds=0.5)
    assert until(lambda: state_of(job_id), "running") == "running"

    clock.advance(seconds=60)

    assert until(lambda: state_of(job_id), "done") == "done"
    assert status_of(job_id).attempts == 1


def test_a_process_that_cannot_be_started_fails_the_attempt(app, start, monkeypatch):
    """As where the machine has no memory for it: the thread is free for the next job."""

    def refused(*_):
        raise OSError("no memory")

    monkeypatch.setattr("beastmode.jobs.running_jobs.run_in_child", refused)
    start(threads=1)
    refused_job, following = jobs.apart.enqueue(), jobs.greet.enqueue(name="Ada")

    assert until(lambda: state_of(following), "done") == "done"
    assert status_of(refused_job).error.endswith("OSError: no memory\n")

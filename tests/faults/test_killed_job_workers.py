"""Workers that are killed with SIGKILL at every stage of a job: none is lost, and no effect happens twice."""

import signal
from random import Random

import pytest
from order_shop import STAGES, FaultCharge
from running import until
from survival import many, only_long

pytestmark = pytest.mark.slow
KILLS = 25


def run_and_kill(orders, kills):
    """Run workers that die at these places, one after the other, and then one that lives; returns how many died.

    Args:
        orders: The shop, with jobs.
        kills: For each worker, where it dies, and how often it passes there before.
    """
    number = sum(orders.states().values())
    died = 0
    for place, after in kills:
        with orders.worker(KILL_AT=place, KILL_AFTER=str(after)) as worker:
            until(lambda worker=worker: worker.poll() is not None or orders.all_done(number))
            if worker.poll() is None:
                break
            assert worker.poll() == -signal.SIGKILL, orders.output()
            died += 1
    with orders.worker():
        until(lambda: orders.all_done(number))
    return died


def test_no_job_is_lost_and_no_effect_doubled_if_a_worker_is_killed_at_each_stage(orders, survived):
    """Jobs under way are run again when the lease of their worker has expired."""
    orders.enqueue(range(60))

    died = run_and_kill(orders, [(stage, 3) for stage in STAGES])

    assert died == len(STAGES)
    assert orders.numbers(FaultCharge) == dict.fromkeys(range(60), 1)
    survived(jobs=60, kills=died, lost=0, doubled=0, repeated=orders.attempts() - 60)


@only_long
@pytest.mark.parametrize("stage", STAGES)
def test_no_job_is_lost_and_no_effect_doubled_if_workers_are_killed_again_and_again(orders, survived, stage):
    """The same of a thousand jobs, with many workers that die at one stage."""
    number, random = many(60), Random(stage)
    orders.enqueue(range(number))

    died = run_and_kill(orders, [(stage, random.randint(1, 60)) for _ in range(KILLS)])

    assert died > KILLS / 2
    charges = orders.numbers(FaultCharge)
    lost, doubled = number - len(charges), sum(charges.values()) - len(charges)
    survived(jobs=number, kills=died, lost=lost, doubled=doubled, repeated=orders.attempts() - number)
    assert (lost, doubled) == (0, 0)


def test_a_worker_that_is_told_to_stop_finishes_its_jobs_and_repeats_none(orders, survived):
    """SIGTERM while there is work: what has begun ends, what has not waits for the next worker."""
    number, stops = many(300), many(1, 5)
    orders.enqueue(range(number))
    for _ in range(stops):
        with orders.worker() as worker:
            before = orders.states().get("done", 0)
            until(lambda before=before: orders.states().get("done", 0) > before)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(60) == 0, orders.output()
        assert "running" not in orders.states()
    with orders.worker():
        until(lambda: orders.all_done(number))

    assert (orders.attempts(), len(orders.numbers(FaultCharge))) == (number, number)
    survived(jobs=number, stops=stops, lost=0, repeated=0)

"""Two versions of the shop on one database, as during a deployment: no job is lost, whichever version enqueued it."""

import pytest
from order_shop import FaultCharge
from running import until

pytestmark = pytest.mark.slow


def test_new_jobs_wait_for_new_code_and_old_jobs_run_with_it(orders, survived):
    """A function that the old version lacks is parked, an argument that it does not take fails and is tried again."""
    orders.enqueue(range(20))
    for number in range(20, 30):
        orders.enqueue_row("faults.thank", number=number)
    for number in range(30, 40):
        orders.enqueue_row("faults.charge", number=number, currency="USD")

    with orders.worker(SHOP_VERSION="old"):
        until(lambda: orders.states().get("done") == 20 and orders.states().get("parked") == 10)
        until(lambda: "unexpected keyword argument 'currency'" in orders.errors())
        states = orders.states()
    assert sum(states.values()) == 40, "nothing is lost"
    assert set(states) <= {"done", "parked", "scheduled", "ready", "running"}, "and nothing is dead"
    with orders.worker(SHOP_VERSION="new"):
        until(lambda: orders.all_done(40))

    assert orders.numbers(FaultCharge) == dict.fromkeys(range(40), 1)
    survived(jobs=40, lost=0, doubled=0, repeated=orders.attempts() - 40)

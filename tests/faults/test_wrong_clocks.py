"""Worker processes whose clocks are wrong by a day, each on a machine of its own as libfaketime makes it seem."""

import pytest
from libfaketime import get_reload_information
from order_shop import FaultCharge, charge
from orders import Orders
from running import until

from servers import scratch_postgres

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
DAY = 86_400


@pytest.fixture
def orders(tmp_path):
    """The shop on PostgreSQL: processes that share a SQLite file share a clock."""
    with scratch_postgres() as url:
        orders = Orders(url, tmp_path)
        yield orders
        orders.close()


@pytest.mark.parametrize("wrong", [DAY, -DAY], ids=["a day fast", "a day slow"])
def test_a_worker_with_a_wrong_clock_takes_no_job_of_others_and_none_before_its_time(orders, survived, wrong):
    """The clock of the database decides. The other worker holds a lock, so that its job takes as long as the test."""
    _, fake = get_reload_information()
    with orders.app.app_context():
        charge.enqueue(number=1000, _delay=3600)
    orders.enqueue([1])
    with orders.holding_charges(), orders.worker(threads=1):
        until(lambda: orders.states() == {"running": 1, "scheduled": 1})
        orders.enqueue_row("faults.thank", number=2)
        with orders.worker(threads=1, **fake, FAKETIME=f"{wrong:+d}"):
            until(lambda: orders.attempts() == 2)
            orders.wait_for_upkeep()
            assert orders.states() == {"running": 2, "scheduled": 1}
            assert orders.attempts() == 2, "neither has taken the job of the other"
            orders.let_go()
            until(lambda: orders.states() == {"done": 2, "scheduled": 1})

    assert (orders.numbers(FaultCharge), orders.attempts()) == ({1: 1, 2: 1}, 2)
    survived(clock=f"{wrong:+d} s", stolen=0, early=0)

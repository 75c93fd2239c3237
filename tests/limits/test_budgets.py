"""What a process counts by itself, what it tells the others, and how wrong that can be."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beastmode.limits.budgets import Budgets

HOUR = timedelta(hours=1)


class Shared:
    """Counts that all processes share, in memory.

    Attributes:
        told: How often it was asked.
        is_down: Whether it fails.
    """

    def __init__(self):
        self.rows = {}
        self.told = 0
        self.is_down = False

    def add(self, key, amount, window, moment):
        self.told += 1
        if self.is_down:
            raise ConnectionError("the store is down")
        total, ends = self.rows.get(key, (0, moment + window))
        if ends <= moment:
            total, ends = 0, moment + window
        self.rows[key] = total + amount, ends
        return self.rows[key]


def spend(budgets, times, limit=100, cost=1, **options):
    """How many of so many requests are let through."""
    return sum(budgets.spend("ada", limit, HOUR, cost=cost, **options).is_allowed for _ in range(times))


@pytest.mark.parametrize("limit", [1, 5, 39, 40, 100, 1000])
def test_one_process_lets_through_exactly_the_limit(clock, limit):
    """One process is exact, whatever it has told."""
    assert spend(Budgets(Shared()), limit + 10, limit) == limit
    assert spend(Budgets(None), limit + 10, limit) == limit


def test_who_is_far_below_the_limit_costs_no_statement(clock):
    """The first twentieth of the limit is counted in memory."""
    shared = Shared()

    assert spend(Budgets(shared), 49, limit=1000) == 49
    assert shared.told == 0


def test_a_whole_limit_costs_a_tenth_as_many_statements_at_most(clock):
    """Parts get smaller towards the limit, so the end of it is exact."""
    shared = Shared()

    spend(Budgets(shared), 1000, limit=1000)

    assert shared.told == 88


def test_who_is_over_the_limit_costs_no_statement(clock):
    """A process that knows that nothing is left asks nobody."""
    shared = Shared()
    budgets = Budgets(shared)
    spend(budgets, 100)
    told = shared.told

    assert spend(budgets, 1000) == 0
    assert shared.told == told


def test_a_small_limit_is_told_with_each_request(clock):
    """Below 40, a twentieth is one request: all processes count together, at one statement each."""
    shared = Shared()
    one, other = Budgets(shared), Budgets(shared)

    assert [spend(one, 3, limit=5), spend(other, 3, limit=5), spend(one, 1, limit=5)] == [3, 2, 0]
    assert shared.told == 6


def test_an_exact_limit_is_told_with_each_request(clock):
    """`exact=True` costs one statement a request, and no process lets through more."""
    shared = Shared()
    processes = [Budgets(shared) for _ in range(4)]

    assert sum(spend(each, 300, limit=1000, exact=True) for each in processes) == 1000
    assert shared.told == 1000


@given(
    limit=st.integers(1, 400),
    processes=st.integers(1, 6),
    order=st.lists(st.integers(0, 5), max_size=1200),
)
def test_processes_together_let_through_no_more_than_the_bound(limit, processes, order):
    """At most `limit + processes * (limit // 20 - 1)`, and never less than the limit where so many ask."""
    shared = Shared()
    budgets = [Budgets(shared) for _ in range(processes)]

    passed = sum(spend(budgets[each % processes], 1, limit) for each in order)

    assert passed <= limit + processes * max(0, limit // 20 - 1)
    assert passed >= min(limit, len(order))


def test_a_refused_request_uses_nothing(clock):
    """What costs more than is left is refused, and what costs less is not, in other processes either."""
    shared = Shared()
    one, other = Budgets(shared), Budgets(shared)
    assert spend(one, 1, limit=10, cost=8) == 1

    assert spend(other, 1, limit=10, cost=5) == 0
    assert spend(other, 3, limit=10) == 2
    assert shared.rows["ada"][0] == 10


def test_what_another_limit_refuses_is_given_back(clock):
    """A request is counted by all its limits or by none."""
    budgets = Budgets(Shared())
    budgets.spend("ada", 2, HOUR)

    budgets.give_back("ada", 1)

    assert spend(budgets, 3, limit=2) == 2


def test_a_window_that_is_over_begins_again(clock):
    """The limit comes back an hour after the first request, in every process."""
    shared = Shared()
    one, other = Budgets(shared), Budgets(shared)
    spend(one, 5, limit=5)
    clock.advance(minutes=30)
    assert spend(other, 1, limit=5) == 0

    clock.advance(minutes=29, seconds=59)
    assert (spend(one, 1, limit=5), spend(other, 1, limit=5)) == (0, 0)
    clock.advance(seconds=1)
    assert (spend(one, 3, limit=5), spend(other, 3, limit=5)) == (3, 2)


def test_the_time_to_wait_is_that_of_the_shared_window(clock):
    """A process that comes later tells its callers when the window of all ends."""
    shared = Shared()
    spend(Budgets(shared), 1, limit=5)
    clock.advance(minutes=50)

    spent = Budgets(shared).spend("ada", 5, HOUR)

    assert (spent.is_allowed, spent.left, spent.wait) == (True, 3, 600)


def test_a_store_that_is_down_costs_no_error_and_the_process_counts_alone(clock, caplog):
    """Without the store the limit holds in each process, and the log says so once."""
    shared = Shared()
    shared.is_down = True

    assert spend(Budgets(shared), 20, limit=5) == 5
    assert [record.message for record in caplog.records] == ["Rate limits are counted in each process for now"]


def test_a_store_that_is_down_is_asked_once_and_then_left_alone(clock):
    """Each try may take as long as the store's timeout, so few requests try."""
    shared = Shared()
    shared.is_down = True

    spend(Budgets(shared), 30, limit=30)

    assert shared.told == 1


def test_what_was_counted_without_the_store_is_told_when_it_is_back(clock, caplog):
    """The store gets the counts of the time without it, and the log says that all count together again."""
    shared = Shared()
    budgets = Budgets(shared)
    shared.is_down = True
    spend(budgets, 3, limit=10)
    shared.is_down = False
    budgets._quiet_until = 0

    spend(budgets, 1, limit=10)

    assert shared.rows["ada"][0] == 4
    assert caplog.records[-1].message == "Rate limits are counted for all processes again."


def test_the_callers_in_memory_are_bounded_and_the_heavy_ones_are_kept(clock, monkeypatch):
    """A flood of new addresses does not make a process forget who is over the limit."""
    monkeypatch.setattr("beastmode.limits.budgets._MOST_BUCKETS", 100)
    budgets = Budgets(None)
    spend(budgets, 5, limit=5)

    for number in range(1000):
        budgets.spend(f"address:{number}", 5, HOUR)

    assert len(budgets._buckets) <= 100
    assert spend(budgets, 1, limit=5) == 0


@pytest.mark.parametrize("limit", [5, 200])
def test_of_many_threads_exactly_the_limit_is_let_through(clock, limit):
    """Threads of one process share one count."""
    budgets, together, passed = Budgets(Shared()), Barrier(8), []

    def ask():
        together.wait()
        passed.append(spend(budgets, 50, limit))

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(passed) == limit

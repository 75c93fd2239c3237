"""What both sides' own tests show of changed functions."""

from dataclasses import replace

from beastmode_tools.guard.mixed.compare.tested import Tested, compared, failing
from beastmode_tools.probes.messages.tested import TestsRun, Tried

KEY = "shop.py total"
NAME = "tests/test_shop.py::test_total"
TRIED = Tried(NAME, "passed", ran={KEY: (0,)}, returned=((KEY, "7"),), wrote={"INSERT INTO orders": 1})


def of(old, new, *, again=None, edited=(), parts=1):
    """The comparison of one test's runs."""
    runs = [TestsRun((each,), {KEY: parts}) for each in (old, again or old, new)]
    return Tested(*runs, edited)


def test_the_same_results_and_writes_of_every_changed_statement_are_the_same():
    shown = compared(of(TRIED, TRIED))

    assert (shown.same, shown.differing, shown.whole) == ({KEY: [NAME]}, (), {KEY})


def test_a_statement_that_no_test_runs_leaves_the_function_open():
    assert compared(of(TRIED, TRIED, parts=2)).whole == frozenset()


def test_another_result_or_write_is_shown_beside_the_old_one():
    result = compared(of(TRIED, replace(TRIED, returned=((KEY, "8"),))))
    write = compared(of(TRIED, replace(TRIED, wrote={"INSERT INTO orders": 2})))

    assert [(each.before, each.after, each.fails) for each in result.differing] == [("7", "8", False)]
    assert [(each.before, each.after) for each in write.differing] == [
        ("1 x INSERT INTO orders", "2 x INSERT INTO orders")
    ]
    assert not result.same


def test_a_result_that_is_another_one_at_each_run_of_the_base_shows_nothing():
    shown = compared(of(TRIED, replace(TRIED, returned=((KEY, "9"),)), again=replace(TRIED, returned=((KEY, "8"),))))

    assert (shown.same, shown.differing) == ({}, ())


def test_a_test_fails_only_if_it_passed_each_time_and_not_for_what_a_scratch_run_lacks():
    broken = replace(TRIED, outcome="failed", error="assert 8 == 7")

    assert [each.error for each in failing(of(TRIED, broken))] == ["assert 8 == 7"]
    assert not failing(of(TRIED, broken, again=broken))
    assert not failing(of(TRIED, replace(broken, error="refused: the guard makes no connections")))
    assert not failing(of(TRIED, broken).confirmed(TestsRun((TRIED,))))


def test_a_test_that_the_change_edits_tells_nothing_of_before():
    shown = compared(of(TRIED, replace(TRIED, returned=((KEY, "8"),)), edited=("tests/test_shop.py",)))

    assert (shown.same, shown.differing, shown.only_new) == ({}, (), {KEY: [NAME]})


def test_a_test_that_is_written_as_before_tells_of_before_though_its_file_is_edited():
    runs = replace(of(TRIED, TRIED, edited=("tests/test_shop.py",)), untouched=frozenset({NAME}))

    assert compared(runs).same == {KEY: [NAME]}

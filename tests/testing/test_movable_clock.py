from datetime import UTC, datetime, timedelta, timezone

import pytest

from beastmode.core.clock import now
from beastmode.testing import MovableClock


def test_a_clock_stands_still_until_it_is_moved():
    clock = MovableClock()

    first, second = clock.now(), clock.now()

    assert first == second
    assert first.tzinfo is UTC


def test_a_clock_moves_on_by_what_it_is_told():
    clock = MovableClock(datetime(2026, 1, 1, 12, tzinfo=UTC))

    clock.advance(minutes=1, seconds=0.5)

    assert clock.now() == datetime(2026, 1, 1, 12, 1, 0, 500_000, tzinfo=UTC)


def test_a_clock_shows_another_time_in_utc_whatever_zone_it_was_said_in():
    clock = MovableClock()

    clock.move_to(datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2))))

    assert clock.now().isoformat() == "2026-07-01T12:00:00+00:00"


def test_a_clock_refuses_a_time_that_nobody_can_place():
    clock = MovableClock()

    with pytest.raises(ValueError, match="has no time zone"):
        clock.move_to(datetime(2026, 7, 1, 14))  # noqa: DTZ001 - the time zone is what is missing


def test_the_library_follows_the_clock_of_the_test(clock):
    clock.move_to(datetime(2030, 1, 1, tzinfo=UTC))

    assert now() == datetime(2030, 1, 1, tzinfo=UTC)

from datetime import UTC, datetime, timedelta

import pytest

from beastmode.core.clock import now, set_clock

THEN = datetime(2030, 1, 2, tzinfo=UTC)


class StandingClock:
    def now(self):
        return THEN


@pytest.fixture
def standing():
    previous = set_clock(StandingClock())
    yield
    set_clock(previous)


def test_the_time_is_the_systems_in_utc():
    before = datetime.now(UTC)

    moment = now()

    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset() == timedelta(0)


def test_the_clock_can_be_replaced(standing):
    assert now() == THEN


def test_the_systems_clock_can_be_put_back(standing):
    replaced = set_clock(None)

    assert isinstance(replaced, StandingClock)
    assert now() != THEN

import pytest
from flag_shop import shop

from beastmode.core.clock import set_clock
from beastmode.testing.clock import MovableClock


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture
def make_shop(tmp_path):
    """Creates applications that share a database, as the processes of a server do; all are disposed of afterwards."""
    made = []

    def make(**config):
        found = shop(f"sqlite:///{tmp_path / 'shop.db'}", **config)
        made.append(found)
        return found

    yield make
    for each in made:
        each.app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def shop_app(make_shop):
    return make_shop()

"""What holds for every test."""

import logging
import os

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of the product: examples are counted, never timed. The same code gets the same examples, so
# that no change fails by what another one left; SEARCH=1 looks for new ones.
settings.register_profile(
    "untimed", deadline=None, derandomize="SEARCH" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


@pytest.fixture
def caplog(caplog):
    """Captures what the library logs, whatever LOG_LEVEL the application that was created last has.

    Loggers belong to the process, so the level of that application would hold for the tests after it.
    """
    caplog.set_level(logging.NOTSET, "beastmode")
    return caplog

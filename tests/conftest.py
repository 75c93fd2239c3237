"""What holds for every test."""

import os

from hypothesis import HealthCheck, settings

# A busy machine is no fault of the product: examples are counted, never timed. The same code gets the same examples, so
# that no change fails by what another one left; SEARCH=1 looks for new ones.
settings.register_profile(
    "untimed", deadline=None, derandomize="SEARCH" not in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")

"""Projects for the attacks."""

import pytest
from attacked import Attacked


@pytest.fixture
def shop(tmp_path):
    return Attacked(tmp_path)

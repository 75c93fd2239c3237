"""What the tests of `beast change` start with."""

from functools import partial

import pytest

from beast_command import run_beast


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process."""
    return partial(run_beast, capsys)

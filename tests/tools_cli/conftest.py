from functools import partial

import pytest

from beast_command import run_beast


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process, as the script of this name does."""
    return partial(run_beast, capsys)

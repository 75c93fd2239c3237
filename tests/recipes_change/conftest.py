"""What the tests of `beast change` start with."""

import subprocess
from functools import partial

import pytest

from beast_command import run_beast


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process."""
    return partial(run_beast, capsys)


@pytest.fixture
def shop(made, tmp_path):
    """A copy of the project that a module has made."""
    subprocess.run(["cp", "-r", made, tmp_path / "shop"], check=True)
    return tmp_path / "shop"

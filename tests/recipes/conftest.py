"""What the tests of recipes start with."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from beast_command import run_beast
from servers import scratch_postgres

BIN = Path(sys.executable).parent


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process."""
    return partial(run_beast, capsys)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory):
    """A terminal with a new home: its environment, and what a command prints."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(home), "LANG": "C.UTF-8"}

    def run(folder, *command, **variables):
        return subprocess.run(
            command, cwd=folder, env=environment | variables, capture_output=True, text=True, check=False, timeout=300
        )

    return run


@pytest.fixture
def postgres():
    """The address of a new PostgreSQL database."""
    with scratch_postgres() as url:
        yield url

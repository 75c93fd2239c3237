"""What the tests of recipes start with."""

from dataclasses import dataclass

import pytest

from beastmode_tools.cli import main
from servers import scratch_postgres


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Done(ended.value.code, out, err)

    return run


@pytest.fixture
def postgres():
    """The address of a new PostgreSQL database."""
    with scratch_postgres() as url:
        yield url

from dataclasses import dataclass

import pytest

from beastmode_tools.cli import main


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


@pytest.fixture
def beast(capsys):
    """Runs a command line of `beast` in this process, as the script of this name does."""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Done(ended.value.code, out, err)

    return run

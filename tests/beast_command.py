"""The command `beast`, run in this process as the script of this name does."""

from dataclasses import dataclass

import pytest

from beastmode_tools.cli import main


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def run_beast(capsys, *arguments):
    """What a command line gives."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return Done(ended.value.code, out, err)

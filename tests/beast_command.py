"""The command `beast`, run in this process as the script of this name does."""

import io
from contextlib import chdir, redirect_stderr, redirect_stdout
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


def beast_in(folder, *arguments):
    """What a command line gives in a folder; for fixtures that live longer than a test."""
    out, err = io.StringIO(), io.StringIO()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return Done(ended.value.code, out.getvalue(), err.getvalue())

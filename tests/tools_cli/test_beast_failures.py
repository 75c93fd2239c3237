"""How a command may end when it cannot do what was asked of it."""

import os
import signal
import subprocess
import sys

import click
import pytest

from beastmode_tools.cli.group import Beast, remember_debug, run
from beastmode_tools.errors import CouldNotRun

SLOW = """
import pathlib, sys, tempfile, time
import click
from beastmode_tools.cli.group import Beast, run

group = Beast("beast")

@group.command()
def wait():
    with tempfile.TemporaryDirectory(dir=sys.argv[1]):
        print("ready", flush=True)
        time.sleep(60)

run(group, ["wait"])
"""


@pytest.fixture
def failing(capsys):
    """Runs a command that ends with this exception, and tells what the person sees."""

    def fail(problem, *arguments):
        group = Beast("beast")
        group.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, callback=remember_debug))

        @group.command()
        def fall():
            raise problem

        with pytest.raises(SystemExit) as ended:
            run(group, [*arguments, "fall"])
        return ended.value.code, capsys.readouterr()

    return fail


def test_what_could_not_run_is_one_line_and_status_two(failing):
    status, seen = failing(CouldNotRun("There is no base.\nName one: --base REF"))

    assert status == 2
    assert seen.out == ""
    assert seen.err == "beast: There is no base. Name one: --base REF\n"


def test_a_fault_of_ours_is_one_line_too_and_says_how_to_see_more(failing):
    status, seen = failing(KeyError("orders\nx"))

    assert status == 2
    assert "bug in beast" in seen.err
    assert "KeyError: 'orders\\nx'" in seen.err
    assert "--debug" in seen.err
    assert seen.err.count("\n") == 1


@pytest.mark.parametrize(
    "problem", [RecursionError("deep"), MemoryError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad")]
)
def test_no_kind_of_fault_shows_a_traceback(failing, problem):
    status, seen = failing(problem)

    assert status == 2
    assert "Traceback" not in seen.err


def test_debug_shows_where_it_failed(failing):
    status, seen = failing(KeyError("orders"), "--debug")

    assert status == 2
    assert "Traceback" in seen.err
    assert "in fall" in seen.err


def test_words_of_the_project_in_an_error_cannot_steer_the_terminal(failing):
    _, seen = failing(CouldNotRun("no \x1b]0;title\x07 here"))

    assert "\x1b" not in seen.err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_an_interrupted_command_removes_what_it_began_and_says_so_in_a_line(tmp_path, number, status):
    waiting = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert waiting.stdout.readline() == "ready\n"
    assert list(tmp_path.iterdir())

    waiting.send_signal(number)

    _, err = waiting.communicate(timeout=30)
    assert waiting.returncode == status
    assert list(tmp_path.iterdir()) == []
    assert err.count("\n") == 1
    assert "interrupted" in err


def test_a_reader_that_goes_away_is_no_error():
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-c", "from beastmode_tools.cli import main; main(['explain'])"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(write)

    assert done.returncode == 0
    assert done.stderr == ""


def test_a_terminal_that_cannot_show_a_letter_gets_it_spelt_out():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONWARNINGS": "error"}

    done = subprocess.run(
        [sys.executable, "-c", "from beastmode_tools.cli import main; main(['explain', 'acceptance-unused'])"],
        capture_output=True,
        env=environment,
        check=False,
    )

    assert done.returncode == 0
    assert b"\\xb7" in done.stdout

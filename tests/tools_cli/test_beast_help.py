"""What the list of commands shows, and that it costs nothing to show it."""

import re
import subprocess
import sys

import pytest

HEAVY = {"sqlglot", "jinja2", "yaml", "sqlalchemy", "flask", "alembic", "tomlkit", "beastmode"}
LOADED = """
import sys
from beastmode_tools.cli import main
try:
    main({arguments})
finally:
    print(*sys.modules, file=sys.stderr)
"""


def loaded(*arguments):
    """The modules that are loaded when this command line has been answered."""
    code = LOADED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode, set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], [], ["explain"]])
def test_no_library_is_loaded_that_the_answer_does_not_need(arguments):
    _, modules = loaded(*arguments)

    assert "click" in modules
    assert not modules & HEAVY


def test_without_a_command_the_list_is_shown_as_a_list(beast):
    done = beast()

    assert done.status == 2
    assert "\n  new " in done.err
    assert "\\n" not in done.err


def test_every_command_is_in_the_list_with_its_sentence(beast):
    """On one line of a terminal of 80 characters, in the part where a person looks for it."""
    done = beast("--help")

    assert done.status == 0
    for name in ("check", "contract", "prove", "explain", "accept"):
        assert f"\n  {name} " in done.out
    assert re.findall(r"^\S.*(?=:$)", done.out, re.MULTILINE)[:2] == ["Options", "Make a project"]
    assert not re.findall(r"^ {5,}\S.*$", done.out, re.MULTILINE)


@pytest.mark.parametrize("command", [["explain"], ["accept"], ["contract"]])
def test_every_command_explains_itself(beast, command):
    done = beast(*command, "--help")

    assert done.status == 0
    assert done.out.startswith(f"Usage: beast {command[0]}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chekc"], "No such command 'chekc'"),
        (["explain", "--nope"], "No such option '--nope'"),
        (["accept"], "Missing argument 'FINGERPRINT'"),
        (["accept", "abcd"], "Missing option '--reason'"),
        (["accept", "abcd", "--reason", "x", "--until", "soon"], "Invalid value for '--until'"),
        (["contract", "diff", "a.json"], "Missing argument 'NEW'"),
        (["contract", "diff", "a.json", "b.json", "--format", "xml"], "Invalid value for '--format'"),
    ],
)
def test_a_slip_on_the_command_line_is_one_line_and_status_two(beast, arguments, told):
    done = beast(*arguments)

    assert done.status == 2
    assert done.out == ""
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_page_is_shown_without_loading_a_rule():
    _, modules = loaded("explain", "acceptance-unused")

    assert "beastmode_tools.guard.explanation" in modules
    assert not [name for name in modules if name.startswith("beastmode_tools.guard.") and "rules" in name.split(".")]

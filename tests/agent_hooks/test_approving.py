"""`beast approve` is a person's: a program that opens a terminal for itself is found out by what started it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from assisted_shop import make_shop

from beastmode_tools.agent.hands.approvals import approved_by_person, remember_question
from beastmode_tools.agent.hands.person import Process, processes_above, program_above

BEAST = str(Path(sys.executable).parent / "beast")
QUESTION = {"run": "mcp", "diff": "-x\n", "diff_hash": "0" * 16, "why": "It goes.", "instead": "Keep it."}
SHELL = Process(("-bash",), {"TERM": "xterm"})


@pytest.mark.parametrize(
    ("above", "said"),
    [
        ((SHELL, Process(("tmux",), {}), Process(("/sbin/init",), {})), ""),
        ((SHELL, Process(("vim", "beast do.md"), {})), ""),
        ((SHELL, Process(("beast", "do", "--plan", "x"), {})), "`beast do`"),
        ((SHELL, SHELL, Process(("/x/python", "/x/bin/beast", "mcp"), {})), "`beast mcp`"),
        ((SHELL, Process(("python", "-m", "beastmode_tools.cli", "resume"), {})), "`beast resume`"),
        ((Process(("beast", "approve", "1"), {}), SHELL), ""),
        ((SHELL, Process(("pytest",), {"BEAST_CHILD": "1"})), "a program that a run of beast started"),
        ((SHELL, Process(("node",), {"CLAUDECODE": "1"})), "Claude Code"),
    ],
)
def test_a_program_of_a_run_or_an_assistant_is_known_by_any_process_above(above, said):
    """However many shells are in between."""
    assert program_above(above) == said


def test_the_chain_reaches_the_test_runner_and_beyond():
    """Each process is read from the system."""
    found = list(processes_above())

    assert len(found) > 1
    assert dict(found[0].environment) == dict(os.environ)


def test_a_test_that_opens_a_terminal_cannot_approve(tmp_path):
    """Though it types the right ID, and took its mark out of its own variables."""
    folder = make_shop(tmp_path / "shop").folder
    remember_question(folder, "12345678", QUESTION)
    script = (
        "import os, pty, sys\n"
        "clean = {name: value for name, value in os.environ.items() if name != 'BEAST_CHILD'}\n"
        "number, terminal = pty.fork()\n"
        "if not number:\n"
        f"    os.execve('/bin/sh', ['sh', '-c', '{BEAST} approve 12345678'], clean)\n"
        "os.write(terminal, b'12345678\\n')\n"
        "try:\n"
        "    while data := os.read(terminal, 1000):\n"
        "        sys.stdout.write(data.decode())\n"
        "except OSError:\n"
        "    pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        cwd=folder,
        env={**os.environ, "BEAST_CHILD": "1"},
        capture_output=True,
        text=True,
    )

    assert "this terminal was opened by a program that a run of beast started" in " ".join(done.stdout.split())
    assert approved_by_person(folder) == {}

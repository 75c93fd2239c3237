"""Probes end with whoever asked, whatever happened to that one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ASKS = """
import sys
from contextlib import nullcontext
from pathlib import Path
from beastmode_tools.source.sides import Side
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.probe_process import together
from beastmode_tools.probe_server import serving
from beastmode_tools.project import Project
folder = Path(sys.argv[1])
project = Project(folder, folder, Path(sys.executable), None, None)
sides = [Side(name, folder, folder) for name in ("base", "work")]
with serving() if sys.argv[2] == "served" else nullcontext():
    together(*(lambda side=side: read_application(side, project) for side in sides))
"""
APP = """
import os, time
from flask import Flask
app = Flask(__name__)
open(f"pid-{os.getpid()}", "w").close()
while True:
    time.sleep(60)
"""
PATIENCE = 20.0


@pytest.fixture(params=["alone", "served"])
def asking(tmp_path, request):
    """A process that starts two applications which never answer, and their two processes."""
    (tmp_path / "app.py").write_text(APP)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen(
        [sys.executable, "-c", ASKS, tmp_path, request.param], env=environment, stderr=subprocess.DEVNULL
    )
    until(lambda: len(list(tmp_path.glob("pid-*"))) == 2)
    yield process, [int(path.name[4:]) for path in tmp_path.glob("pid-*")], temporary
    process.kill()
    process.wait()


def until(holds):
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()


def is_running(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_interrupt_leaves_no_process_and_no_file_behind(asking):
    process, probes, temporary = asking

    process.send_signal(signal.SIGINT)

    process.wait(PATIENCE)
    assert not [pid for pid in probes if is_running(pid)]
    assert list(temporary.iterdir()) == []


def test_probes_end_even_if_the_one_who_asked_was_killed(asking):
    process, probes, _ = asking

    process.kill()

    process.wait(PATIENCE)
    until(lambda: not [pid for pid in probes if is_running(pid)])

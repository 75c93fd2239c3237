"""How busy the machine and this process are, as Linux tells it and where nobody does."""

import sys
from pathlib import Path
from time import monotonic, process_time

import pytest

from beastmode.cli.server.load import Load


def test_what_was_computed_is_told_as_shares():
    before = Load(at=100.0, process=7.0, busy=1000, idle=5000)
    after = Load(at=100.5, process=7.4, busy=1090, idle=5010)

    assert after.since(before) == (pytest.approx(0.9), pytest.approx(0.8))


def test_a_machine_that_does_not_tell_is_taken_for_idle(monkeypatch):
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(FileNotFoundError()))
    before = Load.now()

    machine, process = Load(before.at + 1, before.process + 0.5, 0, 0).since(before)

    assert (before.busy, before.idle) == (0, 0)
    assert (machine, process) == (0, pytest.approx(0.5))


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has /proc/stat")
def test_a_process_that_computes_is_seen():
    before, start = Load.now(), monotonic()
    while process_time() < before.process + 0.2:
        pass
    took = monotonic() - start

    machine, process = Load.now().since(before)

    assert 0 < machine <= 1
    assert process == pytest.approx(0.2 / took, abs=0.2)

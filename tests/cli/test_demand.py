"""How much of a processor threads ask for, as Linux tells it and where nobody does."""

import sys
from threading import Event, Thread, get_native_id
from time import sleep

import pytest

from beastmode.cli.server import demand as demands
from beastmode.cli.server.demand import Demand

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells it")


def told(folder, thread, run, delayed):
    (folder / str(thread)).mkdir(exist_ok=True)
    (folder / str(thread) / "schedstat").write_text(f"{run * 10**9:.0f} {delayed * 10**9:.0f} 7\n")


def test_what_ran_and_what_could_have_run_are_added_up(monkeypatch, tmp_path):
    clock = iter([100.0, 100.5, 101.0])
    monkeypatch.setattr(demands, "TASKS", tmp_path)
    monkeypatch.setattr(demands, "monotonic", lambda: next(clock))
    demand = Demand()
    told(tmp_path, 1, run=5, delayed=1)
    told(tmp_path, 2, run=8, delayed=0)
    assert demand.take([1, 2]) == 0  # both are new
    told(tmp_path, 1, run=5.1, delayed=1.2)
    told(tmp_path, 2, run=8.3, delayed=0)
    told(tmp_path, 3, run=9, delayed=9)

    assert demand.take([1, 2, 3, 4]) == pytest.approx(0.6 / 0.5)


def test_a_system_that_does_not_tell_asks_for_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(demands, "TASKS", tmp_path / "none")
    demand = Demand()

    assert demand.take([1]) == 0


@on_linux
def test_threads_that_compute_ask_for_more_than_one_that_sleeps():
    ended, threads = Event(), []

    def compute():
        threads.append(get_native_id())
        while not ended.is_set():
            pass

    for _ in range(2):
        Thread(target=compute, daemon=True).start()
    while len(threads) < 2:
        sleep(0.001)
    computing, sleeping = Demand(), Demand()
    computing.take(threads)
    sleeping.take([get_native_id()])
    sleep(0.3)
    found = (sleeping.take([get_native_id()]), computing.take(threads))
    ended.set()

    # They take turns at the interpreter, on a machine that others may use.
    assert found[0] < 0.2 < found[1]

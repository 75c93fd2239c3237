"""How many threads wait for requests, who is put aside, and who is let out."""

from queue import SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic, sleep

import pytest

from beastmode.cli.server import crew as crews
from beastmode.cli.server.crew import LONG_LINE, TICK, Crew

MOST = 4
THREADS = 12
BUSY, MIDDLING, IDLE = 2.5, 0.8, 0.1


class Granian:
    """Threads that take tasks from a queue, as granian's do, and a crew that they belong to.

    Attributes:
        crew: The crew.
        line: How many requests have been taken in.
        waiting: Threads that wait for a task.
    """

    def __init__(self):
        self.line = 0
        self.waiting = 0
        self.crew = Crew(MOST, lambda: self.line)
        self._tasks = SimpleQueue()
        self._lock = Lock()
        for _ in range(THREADS):
            Thread(target=self._work, daemon=True).start()
        until(lambda: self.waiting == THREADS)

    def send(self, function, *arguments):
        self._tasks.put((function, arguments))

    def send_everybody_home(self):
        """Have each thread take a task, after which only those stay that are wanted."""
        gone, everybody = Event(), []
        for _ in range(THREADS):
            self.send(lambda: (everybody.append(None), gone.wait()))
        until(lambda: len(everybody) == THREADS)
        gone.set()

    def _work(self):
        while True:
            with self._lock:
                self.waiting += 1
            function, arguments = self._tasks.get()
            with self._lock:
                self.waiting -= 1
            self.crew.run(function, *arguments)


def until(holds):
    deadline = monotonic() + 10
    while not holds():
        assert monotonic() < deadline, "it never came to hold"
        sleep(0.001)


@pytest.fixture
def granian():
    return Granian()


def adjust(granian, demand, times=1):
    """Adjust the crew, and let the moment pass in which threads are let out to see what there is."""
    for _ in range(times):
        granian.crew.adjust(demand)
        granian.crew.look()


def one_waits(granian):
    granian.send_everybody_home()
    adjust(granian, BUSY, 5)
    for _ in range(MOST + 1):  # who waits finds out that it is not wanted when it has done something
        granian.send(int)
    until(lambda: granian.waiting == 1)


def test_no_more_threads_wait_than_may(granian):
    granian.send_everybody_home()

    until(lambda: granian.waiting == MOST)


def test_when_they_wait_for_each_other_one_thread_does_everything(granian):
    one_waits(granian)
    done = []
    for number in range(100):
        granian.send(done.append, number)

    until(lambda: len(done) == 100)
    assert done == list(range(100))
    until(lambda: granian.waiting == 1)


def test_one_that_is_nearly_always_at_work_stays_alone(granian):
    one_waits(granian)

    adjust(granian, MIDDLING, 5)
    granian.send(int)

    until(lambda: granian.waiting == 1)


def test_when_they_wait_for_something_else_there_are_more(granian):
    one_waits(granian)

    adjust(granian, IDLE, MOST)

    until(lambda: granian.waiting >= MOST)


def test_who_has_been_at_work_for_a_while_is_replaced(granian):
    one_waits(granian)
    end, answered = Event(), Event()
    for _ in range(3):
        granian.send(end.wait)
        until(lambda: granian.waiting == 0)
        sleep(TICK * 2)
        granian.crew.look()
        until(lambda: granian.waiting == 1)

    granian.send(answered.set)
    assert answered.wait(10)
    end.set()

    until(lambda: granian.waiting == 1)


def test_who_goes_on_with_the_next_request_is_not_replaced(granian):
    one_waits(granian)
    end = Event()

    def work_a_line_off():
        while not end.wait(TICK):
            granian.crew.go_on()

    granian.send(work_a_line_off)
    until(lambda: granian.waiting == 0)
    for _ in range(5):
        sleep(TICK)
        granian.crew.go_on()  # means nothing in a thread that granian did not call in
    granian.crew.look()
    assert granian.waiting == 0
    end.set()

    until(lambda: granian.waiting == 1)


def test_now_and_then_one_more_thread_sees_what_there_is(granian):
    one_waits(granian)

    granian.crew.adjust(BUSY)

    until(lambda: granian.waiting == 2)


def test_it_stays_as_long_as_the_line_is_long(granian):
    one_waits(granian)
    granian.line = LONG_LINE + 1
    adjust(granian, BUSY)
    for _ in range(20):
        granian.send(int)
    until(lambda: granian.waiting == 2)

    granian.line = 0
    granian.crew.look()
    for _ in range(20):
        granian.send(int)

    until(lambda: granian.waiting == 1)


def test_what_is_called_calls_again(granian):
    one_waits(granian)
    done = []

    granian.send(granian.crew.run, done.append, "inner")

    until(lambda: done == ["inner"])
    until(lambda: granian.waiting == 1)


def test_a_failure_is_the_callers(granian):
    def fail():
        raise RuntimeError("as a view may")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="as a view may"):
            granian.crew.run(fail)
    granian.crew.run(int)


def test_the_watch_survives_its_own_failure(granian, monkeypatch):
    looks, told = [], []

    def look():
        looks.append(None)
        raise OSError("of /proc")

    monkeypatch.setattr(granian.crew, "look", look)
    monkeypatch.setattr(crews.log, "exception", told.append)
    Thread(target=granian.crew.watch, daemon=True).start()

    until(lambda: len(looks) > 1)
    assert told[0] == "adjusting the server's threads failed"

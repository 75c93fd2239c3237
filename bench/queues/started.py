"""What every job of the comparison does: it writes down that it has started. And what each of them is told to do."""

import os
import struct
import sys
import time
from collections.abc import Callable

__all__ = ["main", "started"]

ENTRY = struct.Struct("<qd")  # the number of the job, and when it started
_file = os.open(os.environ["STARTED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def started(number: int) -> None:
    """Write down that a job has started; an append of this length is whole, whoever else writes."""
    os.write(_file, ENTRY.pack(number, time.time()))


def main(enqueue: Callable[[int], object] | None, work: Callable[[], object] | None) -> None:
    """Do what the command says: `fill N`, `singly N` or `work`.

    Args:
        enqueue: Enqueues the job with a number, and returns when it is stored.
        work: Runs jobs until it is killed.
    """
    action = sys.argv[1]
    if action == "work":
        if work is not None:
            work()
        return
    number = int(sys.argv[2])
    begin = time.perf_counter()
    for each in range(number):
        if action == "singly":
            time.sleep(0.03)  # so that the worker is idle again
        if enqueue is not None:
            enqueue(each)
        if action == "singly":
            print(each, repr(time.time()), flush=True)
    if action == "fill":
        print(time.perf_counter() - begin)

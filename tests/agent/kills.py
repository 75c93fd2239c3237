"""Kills a run at one moment, in a process of its own: nothing is cleaned up, as when a machine loses power."""

import os
import signal
import sys
import warnings
from pathlib import Path

from playing import play

from beastmode_tools.agent.journal import record


def die():
    """Ends this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def after_record(number):
    """Record `number` is on the disk."""
    return lambda n: die() if n == number else None


def within_record(number):
    """Half of record `number` is on the disk."""
    write = os.fsync

    def fsync(file):
        journal = Path(f"/proc/self/fd/{file}").readlink()
        lines = journal.read_bytes().splitlines(keepends=True) if journal.name == "journal.jsonl" else []
        if len(lines) == number:
            os.truncate(journal, sum(map(len, lines[:-1])) + len(lines[-1]) // 2)
            die()
        write(file)

    os.fsync = fsync
    return record.nothing


def before_file(number):
    """File `number` of the project is written under another name, and has not taken its place yet."""
    replace, counted = os.replace, []

    def replaced(source, target, **more):
        if ".beast" not in Path(target).parts:
            counted.append(target)
            if len(counted) == number:
                die()
        replace(source, target, **more)

    os.replace = replaced
    return record.nothing


def killed(folder, plan, moment, number):
    """Whether a run of a plan was killed; False if it ended before that moment came."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads, none of which is used in it
        child = os.fork()
    if child == 0:
        try:
            play(folder, plan, after=moment(number))
        finally:
            sys.stdout.flush()
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])

"""Processes that an application starts beside itself while it starts: they are noted, and never run."""

from __future__ import annotations

from typing import Any

from . import confinement
from .after_import import when_imported

__all__ = ["hold_back"]


class NeverStarted:
    """What a process has in place of a running one: it looks as if it had ended at once, without a word."""

    pid = 0
    returncode = 0
    sentinel = -1

    def __init__(self, *_: Any) -> None:
        """Takes what `multiprocessing` gives, and does nothing with it."""

    def poll(self, *_: Any, **__: Any) -> int:
        """Its status."""
        return 0

    wait = poll

    def terminate(self) -> None:
        """There is nothing to end."""

    kill = close = terminate


def hold_back() -> None:
    """Lets `Process(...).start()` return without a process, so that an application with a worker of its own starts."""
    when_imported("multiprocessing.context", change)


def change(module: Any) -> None:
    """Notes what would be started, and starts nothing."""

    def popen(self: Any, _: Any = None) -> NeverStarted:
        confinement.current().note(f"starting a process: {self.name}")
        return NeverStarted()

    for name in ("Process", "ForkProcess", "SpawnProcess", "ForkServerProcess"):
        kind = getattr(module, name, None)
        if kind is not None:
            kind._Popen = popen

from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "now", "set_clock"]


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """The current time, timezone-aware, in UTC."""


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


_clock: Clock = _SystemClock()


def now() -> datetime:
    """The current time, timezone-aware, in UTC; a test can move it with `beastmode.testing`."""
    return _clock.now()


def is_system_clock() -> bool:
    """Whether `now` is the time of this machine, which no test has replaced."""
    return isinstance(_clock, _SystemClock)


def set_clock(clock: Clock | None) -> Clock:
    """Replace the clock of the process, and return the previous one.

    Args:
        clock: The clock to use from now on; None restores the system clock.
    """
    global _clock  # noqa: PLW0603 - one process has one time
    previous = _clock
    _clock = clock or _SystemClock()
    return previous

"""How busy the machine and this process have been."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, process_time

__all__ = ["Load"]

COUNTED = 8
"""Columns of /proc/stat up to stolen time; what comes after is contained in them (proc_stat(5))."""
IDLE, IO_WAIT = 3, 4


@dataclass(frozen=True)
class Load:
    """What has been computed since the start, to be compared with what it was before.

    Args:
        at: `time.monotonic()`.
        process: Processor seconds of this process.
        busy: What the processors of the machine have worked, in ticks of the system; 0 where it does not tell.
        idle: What they have not worked.
    """

    at: float
    process: float
    busy: int
    idle: int

    @classmethod
    def now(cls) -> "Load":
        """Until now."""
        ticks = [0] * COUNTED
        with suppress(OSError), Path("/proc/stat").open("rb") as stat:  # Linux alone has it
            ticks = [int(count) for count in stat.readline().split()[1 : COUNTED + 1]]
        idle = ticks[IDLE] + ticks[IO_WAIT]
        return cls(monotonic(), process_time(), sum(ticks) - idle, idle)

    def since(self, before: "Load") -> tuple[float, float]:
        """The share of all processors that was in use, and the share of one that this process used.

        Args:
            before: An earlier one.
        """
        busy, idle = self.busy - before.busy, self.idle - before.idle
        return busy / (busy + idle or 1), (self.process - before.process) / (self.at - before.at)

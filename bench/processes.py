"""The processes of a server, as Linux knows them."""

import os
from pathlib import Path

__all__ = ["spent", "ticks_of"]

TICKS = os.sysconf("SC_CLK_TCK")


def ticks_of(leader: int) -> dict[Path, int]:
    """The folders in /proc of a group's processes, and how many clock ticks of processor time each has taken.

    Args:
        leader: The process id that the group is named for.
    """
    ticks = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[2]) == leader:
            ticks[stat.parent] = int(fields[11]) + int(fields[12])
    return ticks


def spent(leader: int) -> float:
    """Seconds of processor time that a group of processes has taken so far.

    Args:
        leader: The process id that the group is named for.
    """
    return sum(ticks_of(leader).values()) / TICKS

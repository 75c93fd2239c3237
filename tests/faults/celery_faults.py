"""What the faults of Celery have in common: jobs that run while something is killed, and what must hold in the end."""

import os
import signal
from collections.abc import Callable

from survival import LONG

from celery_project import CeleryProject

KILLS = 20 if LONG else 1
"""How often something is killed while the jobs run; each kill costs a start, or a lease of five seconds."""


SECONDS = 0.02 if LONG else 0.1
"""How long a job takes: long enough to be killed in the middle."""


def enqueue(project: CeleryProject, number: int, seconds: float = SECONDS) -> None:
    """Enqueue as many jobs, whose effects must happen once, in one transaction."""
    project.do(
        f"with transaction(): [effect.enqueue(number=each, seconds={seconds}) for each in range({number})] and None"
    )


def disturb(project: CeleryProject, number: int, fault: Callable[[], None]) -> int:
    """Do something whenever another part of the jobs is done, then wait for all of them; returns how often it was done.

    Args:
        project: The project, whose processes run.
        number: The number of jobs.
        fault: What is done.
    """
    times = 0
    for kill in range(KILLS):
        project.until(lambda part=number * (kill + 1) // (KILLS + 2): project.states().get("done", 0) >= part)
        fault()
        times += 1
    project.until(lambda: project.states() == {"done": number})
    return times


def counted(project: CeleryProject, number: int) -> dict[str, int]:
    """What has happened, once it is certain that no effect is lost or doubled."""
    effects = [text for text in project.effects() if text.startswith("effect")]
    assert sorted(effects) == sorted(f"effect {each}" for each in range(number))
    runs = sum(text.startswith("run") for text in project.effects())
    return {"jobs": number, "effects": len(effects), "repeated_runs": runs - number}


def kill(process: int) -> None:
    """Kill a process at once; one that has just ended by itself is as good."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return

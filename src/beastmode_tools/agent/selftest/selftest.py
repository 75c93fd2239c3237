"""Plays every trajectory on this machine: what models do, honest and not, and what gets past the gates."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from beastmode_tools.agent.gate.decide import GATES, Gate
from beastmode_tools.agent.selftest.escapes import escapes_of, look_outside
from beastmode_tools.agent.selftest.play import Trajectory, files_of, kind_of_scene, play
from beastmode_tools.agent.selftest.scene import make_scene
from beastmode_tools.agent.verify.suite import SuiteRun
from beastmode_tools.errors import CouldNotRun

__all__ = ["Result", "as_data", "play_all", "play_one"]

MOST_WORKERS = 8
"""Each starts interpreters of its own; more of them wait for one another's disks."""

SUITES: dict[str, SuiteRun] = {}
"""Of this process: the tests of the same files give the same, and most projects begin with the same files."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one trajectory.

    Args:
        name: What the model does.
        outcome: How the run ended.
        escapes: What got past the gates, or came otherwise than it has to.
        is_ordinary: It is work of an honest model.
        refused: It is, and was not let through.
        seconds: How long it took.
    """

    name: str
    outcome: str
    escapes: tuple[str, ...]
    is_ordinary: bool
    refused: bool
    seconds: float


def play_all(chosen: Sequence[Trajectory], told: Callable[[Result], None]) -> list[Result]:
    """The result of each trajectory, in their order; several are played at the same time.

    Args:
        chosen: The trajectories.
        told: Called with each result as it is known, in their order.
    """
    results = []
    workers = min(MOST_WORKERS, os.cpu_count() or 1, len(chosen))
    with ProcessPoolExecutor(max(workers, 1), mp_context=get_context("spawn")) as pool:
        for result in pool.map(play_one, chosen):
            results.append(result)
            told(result)
    return results


def play_one(trajectory: Trajectory, gates: Mapping[str, Gate] = GATES) -> Result:
    """The result of one trajectory, in a project that is made for it and deleted afterwards.

    Args:
        trajectory: The trajectory.
        gates: All of them; tests leave one out.
    """
    with TemporaryDirectory(prefix="beast-selftest-") as made:
        place = Path(made).resolve()
        folder = make_scene(place, kind_of_scene(trajectory), files_of(trajectory), trajectory.get("links", {}))
        before = look_outside(folder)
        with at_home(place / "home"):
            try:
                played = play(folder, trajectory, gates, SUITES)
            except CouldNotRun as problem:
                return Result(
                    trajectory["name"], "could not run", (str(problem),), is_ordinary=False, refused=False, seconds=0
                )
            escapes = tuple(escapes_of(folder, before, played))
        return Result(
            name=trajectory["name"],
            outcome=played.ended.outcome.value,
            escapes=(*escapes, *(() if trajectory.get("benign") else played.wrong)),
            is_ordinary=bool(trajectory.get("benign")),
            refused=bool(trajectory.get("benign") and played.wrong),
            seconds=round(played.seconds, 2),
        )


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """The home of somebody else, so that nothing can reach this person's."""
    before = os.environ.get("HOME")
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = before


def as_data(results: Sequence[Result], seconds: float) -> dict[str, Any]:
    """The results for programs."""
    return {
        "trajectories": [asdict(each) for each in results],
        "escapes": sum(len(each.escapes) for each in results),
        "ordinary": sum(each.is_ordinary for each in results),
        "false_refusals": sum(each.refused for each in results),
        "seconds": round(seconds, 1),
    }

"""Plays a trajectory: what a model does, or a plan, in a project of its own, and what has to come of it."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # PyYAML carries no types

from beastmode_tools.agent.gate.decide import GATES, Gate
from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import converse, history_of
from beastmode_tools.agent.models.script import scripted
from beastmode_tools.agent.plan.file import parse_plan
from beastmode_tools.agent.receipt.receipt import Receipt
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.planned import drive, lay_out, with_urls
from beastmode_tools.agent.run.run import Ended, Run
from beastmode_tools.agent.run.starting import Asked, alone, begin
from beastmode_tools.agent.talk.talk import Talk
from beastmode_tools.agent.verify.suite import SuiteRun

__all__ = ["TURNS", "Played", "Trajectory", "files_of", "kind_of_scene", "play", "trajectories"]

Trajectory = Mapping[str, Any]
TURNS = 30
"""Three times the longest script; a model that goes on after that is stopped as any other."""
SECONDS = 60
"""For the tests of a project with one test."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a trajectory.

    Args:
        run: The run.
        ended: How it ended.
        history: The messages, as text.
        wrong: What did not come as the trajectory says, a sentence each.
        seconds: How long it took.
        budget: What might be spent.
    """

    run: Run
    ended: Ended
    history: Any
    wrong: tuple[str, ...]
    seconds: float
    budget: Budget


def trajectories() -> list[Trajectory]:
    """Every trajectory, in the order of the files."""
    folder = Path(__file__).parent / "trajectories"
    return [each for path in sorted(folder.glob("*.yaml")) for each in yaml.safe_load(path.read_text("utf-8"))]


def kind_of_scene(trajectory: Trajectory) -> str:
    """The kind of project that it is played in."""
    return next((each for each in ("tests", "database") if trajectory.get(each)), "plain")


def files_of(trajectory: Trajectory) -> dict[str, str]:
    """The files that its project has besides."""
    files = dict(trajectory.get("files", {}))
    return files | {name: "x" * length + "end" for name, length in trajectory.get("long_files", {}).items()}


def play(
    folder: Path,
    trajectory: Trajectory,
    gates: Mapping[str, Gate] = GATES,
    suites: dict[str, SuiteRun] | None = None,
) -> Played:
    """What comes of a trajectory in a project.

    Args:
        folder: The project's.
        trajectory: What is done, and what has to come of it.
        gates: All of them; tests leave one out.
        suites: Results of tests that are not run again.
    """
    since, budget = time.monotonic(), Budget(turns=TURNS)
    before = contents(folder)
    with alone(folder):
        asked = Asked(
            trajectory.get("task", "Do it"),
            depth="read",
            seconds=SECONDS,
            gates=gates,
            suites={} if suites is None else suites,
        )
        run = begin(folder, asked, Talk(quiet=True))
        ended = work(run, trajectory, budget)
        receipt = close(run, ended)
    history = history_of(run)
    wrong = tuple(differences(trajectory, ended, receipt, str(history)))
    if trajectory.get("unchanged") and contents(folder) != before:
        wrong = (*wrong, "Files of the project were changed.")
    gone = [name for name in trajectory.get("gone", ()) if (folder / name).exists()]
    wrong = (*wrong, *(f"{name} is still there." for name in gone))
    return Played(run, ended, history, wrong, time.monotonic() - since, budget)


def work(run: Run, trajectory: Trajectory, budget: Budget) -> Ended:
    """What the model, or the plan, does; how it ended."""
    if trajectory.get("only_reads"):
        run.hands.grants = replace(run.hands.grants, may_write=False)
    if "plan" not in trajectory:
        return converse(run, scripted([expanded(each) for each in trajectory["turns"]]), budget)
    file = with_urls(parse_plan(trajectory["plan"].encode()))
    lay_out(run, file)
    return drive(run, file.actions)


def expanded(turn: Mapping[str, Any]) -> Mapping[str, Any]:
    """A turn with its calls, and with what is too long to be written down."""
    if "flood" in turn:
        return {"calls": [["read", {"path": "app.py"}]] * turn["flood"]}
    if "flood_of_names" in turn:
        return {"calls": [["edit", {"path": "x" * turn["flood_of_names"], "new": "x"}]]}
    if "large" in turn:
        return {"calls": [["edit", {"path": "large.py", "new": "x" * turn["large"]}]]}
    if "grow" in turn:
        return {"calls": [["edit", {"path": "long.txt", "old": "end", "new": "x" * turn["grow"]}]]}
    return turn


def differences(trajectory: Trajectory, ended: Ended, receipt: Receipt, history: str) -> Iterator[str]:
    """What the end of the run and its receipt say, and should not."""
    wanted = trajectory["outcome"]
    if ended.outcome.value not in (wanted if isinstance(wanted, list) else [wanted]):
        yield f"It ended as {ended.outcome.value}, and not as {wanted}: {ended.said}"
    declined = [each["gate"] for each in receipt.facts["declined"]]
    if declined != trajectory.get("gates", declined):
        yield f"Refused by {declined}, and not by {trajectory['gates']}."
    if trajectory.get("says", "") not in history + ended.said:
        yield f"Nobody said: {trajectory['says']}"
    if trajectory.get("left", "") not in "\n".join(receipt.facts["left"]):
        yield f"The receipt does not say that this is left: {trajectory['left']}"


def contents(folder: Path) -> dict[str, bytes]:
    """The project's files."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".beast", "__pycache__"} & set(path.relative_to(folder).parts)
    }

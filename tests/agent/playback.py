"""Plays a trajectory: what a model does, or a plan, in a project of its own, and what has to come of it."""

from dataclasses import replace
from pathlib import Path

import yaml
from invariants import hold, look_outside
from playing import contents

from beastmode_tools.agent.gate.decide import GATES
from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import converse, history_of
from beastmode_tools.agent.models.script import scripted
from beastmode_tools.agent.plan.file import parse_plan
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.planned import drive, lay_out, with_urls
from beastmode_tools.agent.run.starting import Asked, alone, begin
from beastmode_tools.agent.talk.talk import Talk

FOLDER = Path(__file__).parent / "trajectories"
TRAJECTORIES = [each for path in sorted(FOLDER.glob("*.yaml")) for each in yaml.safe_load(path.read_text())]


def expanded(turn):
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


def work(run, trajectory, budget):
    """What the model, or the plan, does; how it ended."""
    if trajectory.get("only_reads"):
        run.hands.grants = replace(run.hands.grants, may_write=False)
    if "plan" not in trajectory:
        return converse(run, scripted([expanded(each) for each in trajectory["turns"]]), budget)
    file = with_urls(parse_plan(trajectory["plan"].encode()))
    lay_out(run, file)
    return drive(run, file.actions)


def played(scenes, place, trajectory, gates=GATES):
    """Plays a trajectory; what may not happen, and what has to, is asserted."""
    kind = next((each for each in ("tests", "database") if trajectory.get(each)), "plain")
    files = dict(trajectory.get("files", {}))
    files |= {name: "x" * length + "end" for name, length in trajectory.get("long_files", {}).items()}
    tree = scenes.copy(place, kind, files, trajectory.get("links", {}))
    before, outside = contents(tree.folder), look_outside(tree)
    budget = Budget(turns=30)
    with alone(tree.folder):
        asked = Asked(trajectory.get("task", "Do it"), depth="read", seconds=60, gates=gates)
        run = begin(tree.folder, asked, Talk(quiet=True))
        ended = work(run, trajectory, budget)
        receipt = close(run, ended)
    history = history_of(run)
    wanted = trajectory["outcome"]
    assert ended.outcome.value in (wanted if isinstance(wanted, list) else [wanted]), ended.said
    if trajectory.get("unchanged"):
        assert contents(tree.folder) == before
    if "gates" in trajectory:
        assert [each["gate"] for each in receipt.facts["declined"]] == trajectory["gates"]
    if "says" in trajectory:
        assert trajectory["says"] in str(history) + ended.said
    if "left" in trajectory:
        assert trajectory["left"] in receipt.facts["left"]
    assert not [name for name in trajectory.get("gone", ()) if (tree.folder / name).exists()]
    hold(run, tree, outside, ended=ended, history=history, budget=budget)
    assert not list(tree.folder.rglob("evil*"))

"""Plays a trajectory with all invariants: what a model does, or a plan, and what has to come of it."""

from invariants import hold, look_outside

from beastmode_tools.agent.gate.decide import GATES
from beastmode_tools.agent.selftest.play import files_of, kind_of_scene, play, trajectories

TRAJECTORIES = trajectories()


def played(scenes, place, trajectory, gates=GATES):
    """Plays a trajectory; what may not happen, and what has to, is asserted."""
    tree = scenes.copy(place, kind_of_scene(trajectory), files_of(trajectory), trajectory.get("links", {}))
    outside = look_outside(tree)
    done = play(tree.folder, trajectory, gates)
    assert not done.wrong, done.wrong
    hold(done.run, tree, outside, ended=done.ended, history=done.history, budget=done.budget)
    assert not list(tree.folder.rglob("evil*"))

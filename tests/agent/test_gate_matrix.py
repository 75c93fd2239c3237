"""Each gate is missed by a trajectory once it is gone; `make gates` prints all of them."""

import pytest
from gate_matrix import concerned, noticed
from scenes import Scenes

from beastmode_tools.agent.gate.decide import GATES


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """The projects of all trajectories."""
    return Scenes(tmp_path_factory.mktemp("scenes"))


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_that_is_switched_off_is_missed(tmp_path, scenes, monkeypatch, gate):
    """The first trajectory that the gate stops goes wrong without it."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert noticed(scenes, tmp_path, gate, most=1) == [concerned(gate)[0]["name"]]

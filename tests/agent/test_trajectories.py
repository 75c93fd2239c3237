"""What models do, honest and not, and what must happen: the end is the machine's, never the model's."""

import pytest
from playback import TRAJECTORIES, played
from playing import project
from scenes import Scenes, remember_suites

from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import converse
from beastmode_tools.agent.models.script import scripted
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.starting import Asked, alone, begin, take_up
from beastmode_tools.agent.talk.talk import Talk

SUITES = {}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    """The projects of all trajectories."""
    return Scenes(tmp_path_factory.mktemp("scenes"))


@pytest.mark.parametrize("trajectory", TRAJECTORIES, ids=lambda each: each["name"].replace(" ", "-"))
def test_whatever_a_model_does_the_end_is_the_one_that_the_machine_finds(tmp_path, scenes, monkeypatch, trajectory):
    """Outcome, files, gates that refused, and the invariants of every run."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    remember_suites(monkeypatch, SUITES)

    played(scenes, tmp_path, trajectory)


def test_a_run_whose_provider_failed_goes_on_where_it_was(tmp_path):
    """The messages are kept, and stay valid for the provider."""
    tree = project(tmp_path / "shop")
    plan = {"boxes": [{"title": "Note", "conditions": ["verdict CAUTIOUS"]}]}
    turns = [{"calls": [["plan", plan]]}, {"fail": "503"}]
    with alone(tree.folder):
        run = begin(tree.folder, Asked("Do it", depth="read"), Talk(quiet=True))
        failed = converse(run, scripted(turns), Budget())
        close(run, failed)
    turns[1] = {"calls": [["edit", {"path": "note.md", "new": "A note.\n"}], ["done", {"box": 1}]]}

    with alone(tree.folder):
        again = take_up(tree.folder, "r1", Asked(""), Talk(quiet=True))
        ended = converse(again, scripted(turns), Budget())

    assert (failed.outcome.status, ended.outcome) == (6, Outcome.DONE)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (Budget(turns=2), "The limit of 2 turns is reached."),
        (Budget(tokens=1), "The limit of 1 tokens is reached."),
        (Budget(seconds=0), "The limit of 0 s is reached."),
    ],
    ids=["turns", "tokens", "seconds"],
)
def test_a_budget_ends_a_run_that_would_go_on(tmp_path, budget, said):
    """Each limit by itself."""
    tree = project(tmp_path / "shop")

    with alone(tree.folder):
        run = begin(tree.folder, Asked("Do it", depth="read"), Talk(quiet=True))
        ended = converse(
            run, scripted([{"calls": [["search", {"text": "x"}]]}, {"calls": [["read", {"path": "app.py"}]]}]), budget
        )

    assert (ended.outcome, ended.said) == (Outcome.LIMIT, said)

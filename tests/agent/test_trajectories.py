"""What models do, honest and not, and what must happen: the end is the machine's, never the model's."""

from pathlib import Path

import pytest
import yaml
from playing import FILES, WITH_TESTS, project
from test_do import contents

from beastmode_tools.agent.loop.budget import Budget
from beastmode_tools.agent.loop.loop import converse
from beastmode_tools.agent.models.script import scripted
from beastmode_tools.agent.run.closing import close
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.agent.run.starting import Asked, alone, begin, take_up
from beastmode_tools.agent.talk.talk import Talk

TRAJECTORIES = yaml.safe_load((Path(__file__).parent / "trajectories.yaml").read_text())


def turns_of(trajectory):
    return [
        {"calls": [["read", {"path": "app.py"}]] * each["flood"]} if "flood" in each else each
        for each in trajectory["turns"]
    ]


@pytest.fixture
def decoy(tmp_path):
    """A neighbour of the project that nothing may touch."""
    (tmp_path / "neighbour.txt").write_text("untouched\n")
    yield
    assert sorted(each.name for each in tmp_path.iterdir()) == ["neighbour.txt", "shop"]
    assert (tmp_path / "neighbour.txt").read_text() == "untouched\n"


@pytest.mark.parametrize("trajectory", TRAJECTORIES, ids=lambda each: each["name"].replace(" ", "-"))
def test_whatever_a_model_does_the_end_is_the_one_that_the_machine_finds(tmp_path, decoy, trajectory):
    """Outcome, files, gates that refused, and the invariants of every run."""
    tree = project(tmp_path / "shop", WITH_TESTS if trajectory.get("tests") else FILES)
    before = contents(tree.folder)

    with alone(tree.folder):
        run = begin(tree.folder, Asked("Do it", depth="read"), Talk(quiet=True))
        ended = converse(run, scripted(turns_of(trajectory)), Budget(turns=30))
        receipt = close(run, ended)

    assert ended.outcome.value == trajectory["outcome"], ended.said
    if trajectory.get("unchanged"):
        assert contents(tree.folder) == before
    if "gates" in trajectory:
        assert [each["gate"] for each in receipt.facts["declined"]] == trajectory["gates"]
    if "says" in trajectory:
        assert trajectory["says"] in (run.place / "messages.json").read_text() + ended.said
    hold_invariants(run, ended, tree)


def hold_invariants(run, ended, tree):
    """DONE means done; every effect has a start and an end; git noticed nothing."""
    started = [each["effect"] for each in run.journal.of("start")]
    assert started == [each["effect"] for each in run.journal.of("end")] == sorted(set(started))
    if ended.outcome is Outcome.DONE:
        assert run.plan.is_complete
        assert not run.verifying.problems()
    assert tree.git("stash", "list") == ""
    assert tree.git("diff", "--cached", "--name-only") == ""
    assert tree.git("rev-list", "--count", "HEAD") == "1"


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

"""A run that is killed at any moment and resumed leaves the files that it would have left, and does nothing twice."""

import os

import pytest
from kills import after_record, before_file, killed, within_record
from playing import APP, FILES, box, contents, go_on, plan_of, play, project, write

from beastmode_tools.agent.run.outcome import Outcome

MORE = APP + '\n\n@app.get("/orders")\ndef orders():\n    return []\n'
DONE = plan_of(box("Add orders", [write("app.py", MORE), write("more.py", "x = 1\n")], ["verdict CAUTIOUS"]))
UNDONE = plan_of(
    box("Write a note", [write("note.md", "A note.\n")], ["verdict CAUTIOUS"]),
    box("Add orders", [write("app.py", MORE), write("lib/more.py", "x = 1\n")], ["test tests/test_none.py"]),
)
LONG = os.environ.get("AGENT") == "long"
"""Whether this is `make agent`, which kills at every moment; otherwise at some of them."""
FIRST = 5  # records; before the fifth there is no plan that could be resumed


@pytest.fixture(
    scope="module", params=[(DONE, Outcome.DONE, 2), (UNDONE, Outcome.STUCK, 3)], ids=["done", "taken-back"]
)
def whole(request, tmp_path_factory):
    """A plan; the files that it leaves if nothing happens, its records, and how many effects it has."""
    plan, outcome, effects = request.param
    tree = project(tmp_path_factory.mktemp("whole") / "shop")
    ended, run, _ = play(tree.folder, plan)
    assert ended.outcome is outcome, ended.said
    return plan, outcome, effects, contents(tree.folder), len(run.journal.records)


def holds_after(folder, whole, moment, number):
    """Kills the run at a moment, resumes it, and compares; whether the moment came."""
    plan, outcome, effects, expected, _ = whole
    tree = project(folder, FILES)
    state = tree.git("status", "--porcelain"), tree.git("rev-parse", "HEAD"), tree.git("stash", "list")
    if not killed(folder, plan, moment, number):
        return False
    ended, run, _ = go_on(folder, plan)
    where = moment.__name__, number
    assert (ended.outcome, contents(folder)) == (outcome, expected), where
    started = {each["effect"]: each["text"] for each in run.journal.of("start")}
    done = [started[each["effect"]] for each in run.journal.of("end") if each["succeeded"]]
    undone = sum(1 for _ in run.journal.of("restored"))
    assert len(set(done)) == effects, where
    assert len(done) == effects or undone, where
    assert (tree.git("rev-parse", "HEAD"), tree.git("stash", "list")) == state[1:], where
    assert not list(folder.rglob("*.part*")), where
    return True


@pytest.mark.parametrize("moment", [after_record, within_record, before_file])
def test_killed_at_any_moment_a_run_ends_with_the_same_files(tmp_path, whole, moment):
    """By SIGKILL: after each record of the journal, in the middle of it, and before each file takes its place."""
    numbers = range(1, 20) if moment is before_file else range(FIRST + (moment is within_record), whole[-1])
    numbers = numbers if LONG else numbers[1 :: 3 if moment is after_record else 5]

    came = [number for number in numbers if holds_after(tmp_path / f"cut{number}", whole, moment, number)]

    assert came
    assert came == list(numbers)[: len(came)]

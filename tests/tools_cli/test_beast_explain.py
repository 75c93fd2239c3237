import json

import pytest

from beastmode_tools.cli.explain import shown
from beastmode_tools.guard.explanation import explain, explained_rules


def test_a_rule_is_shown_with_its_whole_page(beast):
    done = beast("explain", "acceptance-unused")

    assert done.status == 0
    assert done.out == explain("acceptance-unused").page


def test_on_a_terminal_marks_give_way_to_colour():
    text = shown(explain("acceptance-unused"), colour=True)

    assert "##" not in text
    assert "```" not in text
    assert "\x1b[1mWhy\x1b[0m" in text


@pytest.mark.parametrize("slip", ["acceptance-unusd", "accpetance-unused", "acceptance_unused", "unused-acceptance"])
def test_a_misspelt_rule_is_answered_with_the_nearest(beast, slip):
    done = beast("explain", slip)

    assert done.status == 2
    assert "did you mean" in done.err
    assert "acceptance-unused" in done.err


@pytest.mark.parametrize("name", ["../explanation", "zzzzzz", "", "a/b"])
def test_what_is_no_rule_is_refused_in_one_line(beast, name):
    done = beast("explain", name) if name else beast("explain", "--", " ")

    assert done.status == 2
    assert "there is no rule" in done.err
    assert done.err.count("\n") == 1


def test_alone_it_lists_every_rule_in_a_line_by_subject_worst_first(beast):
    """Under each subject, and in contracts under each direction, dangerous rules come first."""
    lines = beast("explain").out.splitlines()

    rules = [line.split() for line in lines if line.startswith("  ")]
    headings = [line for line in lines if line and not line.startswith(("  ", "--")) and "rules." not in line]
    assert [name for _, name, *_ in rules].count("acceptance-unused") == 1
    assert len(rules) == len(explained_rules())
    assert {"contract", "contract, requests", "contract, responses", "migrations"} <= set(headings)
    requests = lines[lines.index("contract, requests") + 1 :]
    verdicts = [line.split()[0] for line in requests[: requests.index("")]]
    assert verdicts == sorted(verdicts, key=["DANGEROUS", "CAUTIOUS", "SAFE"].index)


@pytest.mark.parametrize(
    ("options", "seen", "unseen"),
    [
        (["--subject", "contract"], "request-value-refused", "acceptance-unused"),
        (["--verdict", "safe"], "acceptance-unused", "request-value-refused"),
        (["--direction", "responses"], "response-value-added", "request-value-refused"),
        (["--direction", "responses"], "fixed-value-changed", "operation-removed"),
        (["--subject", "contract", "--verdict", "CAUTIOUS"], "response-value-added", "request-value-refused"),
    ],
    ids=" ".join,
)
def test_the_list_can_be_of_some_rules(beast, options, seen, unseen):
    """By subject, verdict, and who sends what changed."""
    names = [line.split()[1] for line in beast("explain", *options).out.splitlines() if line.startswith("  ")]

    assert seen in names
    assert unseen not in names


def test_a_former_name_says_what_became_of_it(beast):
    """Before the page of today stands what the name means now."""
    done = beast("explain", "request-null-accepted")

    first = done.out.splitlines()[0]
    assert first == "request-null-accepted is now part of harmless-contract-change, which says: {name} now accepts null"
    assert done.out.endswith(explain("harmless-contract-change").page)


def test_the_list_and_a_page_are_there_for_programs_too(beast):
    """The same facts, with the names that a rule had before."""
    listed = json.loads(beast("explain", "--format", "json").out)
    page = json.loads(beast("explain", "acceptance-unused", "--format", "json").out)
    old = json.loads(beast("explain", "request-count-limited", "--format", "json").out)

    assert {"rule", "verdict", "summary", "subject", "direction", "formerly"} == set(listed[0])
    assert page["verdict"] == "SAFE"
    assert page["examples"][0]["found"] == "SAFE"
    assert page["examples"][1]["found"] is None
    assert old["rule"] == "request-limit-added"
    assert "request-count-limited" in old["formerly"]
    assert old["messages"][0]["text"].startswith("{name} has a new limit")

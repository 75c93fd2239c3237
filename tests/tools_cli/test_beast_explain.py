import json

import pytest

from beastmode_tools.cli.explain import shown
from beastmode_tools.guard.explanation import explain


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


def test_alone_it_lists_every_rule_in_a_line_worst_first(beast):
    done = beast("explain")

    lines = done.out.splitlines()
    assert sum(line.startswith("  acceptance-unused ") for line in lines) == 1
    order = [line for line in lines if line in ("DANGEROUS", "CAUTIOUS", "SAFE")]
    assert order == [name for name in ("DANGEROUS", "CAUTIOUS", "SAFE") if name in order]


def test_the_list_and_a_page_are_there_for_programs_too(beast):
    listed = json.loads(beast("explain", "--format", "json").out)
    page = json.loads(beast("explain", "acceptance-unused", "--format", "json").out)

    assert {"rule", "verdict", "summary"} == set(listed[0])
    assert page["verdict"] == "SAFE"
    assert page["examples"][0]["found"] == "SAFE"
    assert page["examples"][1]["found"] is None

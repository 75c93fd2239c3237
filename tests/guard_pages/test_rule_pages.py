"""Every rule has a page, and what the page shows is what the rule does."""

import importlib
import pkgutil
import re

import pytest
from page_examples import found_by_reading, found_by_running, pages, read_cases, run_cases

from beastmode_tools import guard
from beastmode_tools.guard.explanation import explain, explained_rules
from beastmode_tools.guard.rules import RULES


def test_the_rules_of_every_file_are_among_all_rules():
    names = [each.name for each in pkgutil.walk_packages(guard.__path__, f"{guard.__name__}.")]
    files = [importlib.import_module(name) for name in names if "rules" in name.split(".")]
    listed = {id(rule) for rule in RULES}

    found = [(file.__name__, rule) for file in files for rule in getattr(file, "RULES", ())]
    assert not [f"{name}: {rule.name}" for name, rule in found if id(rule) not in listed]


def test_every_rule_has_a_page():
    missing = {rule.name for rule in RULES} - set(explained_rules())

    assert not missing, f"write these pages in the pages/ of their subjects: {sorted(missing)}"


def test_every_page_has_a_rule():
    lonely = set(explained_rules()) - {rule.name for rule in RULES}

    assert not lonely, f"no subject lists these: {sorted(lonely)}"


def test_no_two_rules_have_the_same_name():
    names = [rule.name for rule in RULES]

    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


@pytest.mark.parametrize("name", explained_rules())
def test_a_page_has_the_form_that_all_have(name):
    page = explain(name)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert page.why
    assert page.instead
    assert any(example.verdict is not None for example in page.examples), "one example that is found"
    assert any(example.verdict is None for example in page.examples), "one example that is not found"


def test_a_page_names_the_verdict_of_its_rule():
    said = {page.name: page.verdict for page in pages()}

    wrong = [rule.name for rule in RULES if said.get(rule.name, rule.verdict) is not rule.verdict]

    assert not wrong


@pytest.mark.parametrize("case", read_cases(), ids=str)
def test_reading_the_files_of_an_example_finds_what_its_page_says(case):
    findings = found_by_reading(case.example)

    judge(case, findings)


@pytest.mark.parametrize("case", run_cases(), ids=str)
def test_checking_the_project_of_an_example_finds_what_its_page_says(case, tmp_path):
    findings = found_by_running(case, tmp_path)

    judge(case, findings)


def judge(case, findings):
    """Holds what was found against the page, and every finding against what is asked of all of them."""
    mine = [finding for finding in findings if finding.rule == case.page.name]
    if case.example.verdict is None:
        assert not mine, f"found: {[finding.problem for finding in mine]}"
    else:
        others = sorted({(finding.rule, finding.verdict.name) for finding in findings})
        assert case.example.verdict in {finding.verdict for finding in mine}, f"found: {others}"
    for finding in mine:
        assert finding.where
        assert finding.problem
        assert finding.instead or finding.verdict == 0, f"{finding.problem} does not say what to do"
        assert not re.search(r":\d+$", finding.subject), f"a line moves, so it is no subject: {finding.subject}"
    told = {finding.fingerprint: (finding.where, finding.problem) for finding in mine}
    shared = [finding for finding in mine if told[finding.fingerprint] != (finding.where, finding.problem)]
    assert not shared, f"two things with one fingerprint: {[finding.subject for finding in shared]}"

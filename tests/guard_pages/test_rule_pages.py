"""Every rule has a page, and what the page shows is what the rule does."""

import importlib
import pkgutil
import re

import pytest
from page_examples import found_by_reading, found_by_running, pages, read_cases, run_cases, said_of

from beastmode_tools import guard
from beastmode_tools.guard.explanation import explain, explained_rules
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.page import GUARD, fields_of, head_of
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


def test_no_two_subjects_have_a_page_of_the_same_name():
    """A rule is known by its name alone, in acceptances and to `beast explain`."""
    names = [path.stem for path in GUARD.glob("*/pages/*.md")]

    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def test_every_page_has_a_rule():
    lonely = set(explained_rules()) - {rule.name for rule in RULES}

    assert not lonely, f"no subject lists these: {sorted(lonely)}"


def test_no_two_rules_have_the_same_name_and_message():
    """Rows share a page only if each has a message of its own on it; a function may give any of its page."""
    names = [(rule.name, rule.message) for rule in RULES if rule.message is not None]

    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def test_every_message_of_a_page_has_a_rule_that_gives_it():
    """A message that no row names, or a row whose message the page does not have, is a slip in one of both."""
    given = {(rule.name, rule.message) for rule in RULES}
    on_pages = {(page.name, each.label) for page in pages() for each in page.head.messages}
    by_rows = {each for each in given if each[1] is not None}
    by_functions = {name for name, message in given if message is None}

    assert not by_rows - on_pages, "write these messages into the heads of the pages"
    assert not {each for each in on_pages - by_rows if each[0] not in by_functions}, "no row gives these messages"


@pytest.mark.parametrize("rule", [each for each in RULES if each.message is not None], ids=lambda rule: rule.name)
def test_a_row_gives_every_field_of_its_message(rule):
    """A `{field}` is computed by the row, or is a field of every change that the row is about."""
    message = head_of(rule.name).message(rule.message)
    fields = fields_of(message.text) | fields_of(message.instead)

    unknown = {name for name in fields - rule.given for kind in rule.on if not hasattr(kind, name)}

    assert not unknown, f"give these in the row of {rule.name}, or take them from its page: {sorted(unknown)}"


@pytest.mark.parametrize("rule", [each for each in RULES if each.message is not None], ids=lambda rule: rule.name)
def test_a_row_computes_no_field_that_its_message_does_not_show(rule):
    """What a row computes and nobody reads is left over from an earlier message."""
    message = head_of(rule.name).message(rule.message)

    unread = rule.given - fields_of(message.text) - fields_of(message.instead) - {"name", "operation"}

    assert not unread, f"take these from the row of {rule.name}: {sorted(unread)}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_every_message_of_a_page_is_shown_by_an_example(page):
    """So no message is garbled without a test that sees it."""
    seen = {each.message for example in page.examples for each in read_findings(page, example)}
    is_run = any(example.marks for example in page.examples)

    missing = {each.label for each in page.head.messages} - seen

    assert is_run or not missing, f"write an example in {page.name}.md that shows: {sorted(missing)}"


def read_findings(page, example):
    """What the page's rule finds in an example that needs nothing to run."""
    findings = [] if example.marks or example.verdict is None else found_by_reading(example)
    return [each for each in findings if each.rule == page.name]


@pytest.mark.parametrize("name", explained_rules())
def test_a_page_has_the_form_that_all_have(name):
    page = explain(name)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
    assert page.why
    assert page.instead or page.verdict is Verdict.SAFE
    assert any(example.verdict is not None for example in page.examples), "one example that is found"
    assert any(example.verdict is None for example in page.examples), "one example that is not found"


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
    if case.example.messages or not case.example.marks:
        said = said_of(case.page, case.example, findings)
        assert list(case.example.messages) == said, f"write under the heading of the example: {said}"
    for finding in mine:
        assert finding.where
        assert finding.problem
        assert finding.instead or finding.verdict == 0, f"{finding.problem} does not say what to do"
        assert not re.search(r":\d+$", finding.subject), f"a line moves, so it is no subject: {finding.subject}"
    told = {finding.fingerprint: (finding.where, finding.problem) for finding in mine}
    shared = [finding for finding in mine if told[finding.fingerprint] != (finding.where, finding.problem)]
    assert not shared, f"two things with one fingerprint: {[finding.subject for finding in shared]}"

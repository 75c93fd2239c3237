"""A rule that got another name, or became part of another one, is still found by the name that people wrote down."""

from datetime import date

import pytest

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.acceptances.accepted import acceptances, apply
from beastmode_tools.guard.explanation import explain, explained_rules
from beastmode_tools.guard.finding import Evidence, Finding, Verdict
from beastmode_tools.guard.page import aliases, former_names, head_of
from beastmode_tools.settings_file import parse_settings_file

TODAY = date(2026, 11, 25)
FORMER = sorted(aliases().items())


def found(rule):
    """A finding of a rule, as dangerous as none of its own, so that it counts."""
    return Finding(
        rule=rule,
        verdict=Verdict.DANGEROUS,
        where="GET /orders",
        problem="it breaks",
        evidence=Evidence("read", "it breaks"),
        instead="Keep it.",
        subject="GET /orders",
        difference="0123456789abcdef",
    )


def accepted_as(rule, fingerprint):
    """`beastmode.toml` as `beast accept` wrote it."""
    return parse_settings_file(
        f'[[guard.accepted]]\nfingerprint = "{fingerprint}"\nrule = "{rule}"\nsubject = "GET /orders"\n'
        'against = "main"\nreason = "Nobody calls it."\n'
    )


def test_there_are_former_names():
    """Without any, the tests below would pass whatever the code does."""
    assert len(FORMER) > 90


@pytest.mark.parametrize(("old", "rule"), FORMER, ids=[old for old, _ in FORMER])
def test_an_acceptance_under_a_former_name_still_covers_the_finding(old, rule):
    """The fingerprint in the file is made with the former name; so is its entry `rule`."""
    entries = acceptances(None, accepted_as(old, found(old).fingerprint))

    [finding], notes = apply([found(rule)], entries, TODAY)

    assert not finding.counts
    assert notes == ()


@pytest.mark.parametrize(("old", "rule"), FORMER, ids=[old for old, _ in FORMER])
def test_explain_shows_the_page_by_a_former_name(old, rule):
    """What somebody reads in an old report leads to the page of today."""
    assert explain(old).name == rule


def test_an_acceptance_under_the_name_of_another_rule_covers_nothing():
    """Only the names that the rule itself had count."""
    entries = acceptances(None, accepted_as("operation-removed", found("operation-removed").fingerprint))

    [finding], notes = apply([found("response-field-removed")], entries, TODAY)

    assert finding.counts
    assert [each.rule for each in notes] == ["acceptance-unused"]


def test_a_former_name_belongs_to_one_rule_and_to_no_page():
    """Else an old report could mean two things."""
    names = [old for rule in explained_rules() for old in former_names(rule) if old != rule]

    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})
    assert not [name for name in names if name in explained_rules()]


def test_a_rule_without_a_page_has_no_former_names():
    """A report may hold findings of rules that this version does not have."""
    assert former_names("no-such-rule") == ()


def test_a_slip_in_a_former_name_is_answered_with_it():
    """`beast explain` suggests former names too."""
    with pytest.raises(CouldNotRun, match=r"did you mean .*request-null-accepted"):
        explain("request-null-acceptd")


def test_one_page_may_have_been_many_rules():
    """The labels of its messages were their names."""
    labels = {each.label for each in head_of("harmless-contract-change").messages}

    assert labels <= set(former_names("harmless-contract-change"))

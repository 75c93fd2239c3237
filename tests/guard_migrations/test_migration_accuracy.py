"""The figures of docs/why/accuracy.md are those of the code, and they are good."""

import pytest
from corpus_score import cases, outcomes, page


@pytest.fixture(scope="module")
def results():
    return list(outcomes())


def test_the_page_of_figures_is_what_the_code_gives(results, request):
    written = request.config.rootpath / "docs" / "why" / "accuracy.md"

    assert written.read_text(encoding="utf-8") == page(results), "run: python docs/accuracy.py"


def test_every_labelled_finding_is_found(results):
    missed = {each.case.name: sorted(each.missed) for each in results if each.missed}

    assert missed == {}


def test_no_migration_gets_a_finding_that_its_label_does_not_name(results):
    alarms = {each.case.name: sorted(each.alarms) for each in results if each.alarms}

    assert alarms == {}


def test_every_migration_gets_the_verdict_of_its_label(results):
    wrong = {each.case.name: (each.case.expect, each.verdict) for each in results if each.verdict != each.case.expect}

    assert wrong == {}


def test_the_corpus_is_large_and_nearly_half_of_it_is_innocent():
    everything = cases()

    innocent = [case for case in everything if case.is_innocent]

    assert len(everything) >= 120
    assert len(innocent) / len(everything) > 0.4

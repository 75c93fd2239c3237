import pytest

from guard_code.kinds_of_change import KINDS
from guard_code.verdicts import found

CORE = {"core business logic modifications": ("shop/pricing.py",)}


def labelled(side):
    return [pytest.param(kind, case, id=f"{kind.name}: {case.title}") for kind in KINDS for case in getattr(kind, side)]


def hits_and_all(kind, case):
    findings = found(*case.sides(), core=CORE.get(kind.name, ()))
    of_kind = [each for each in findings if {each.rule, each.message} & kind.rules]
    hits = [each for each in of_kind if each.verdict.name == kind.verdict]
    return hits, [(each.rule, each.verdict.name, each.problem) for each in findings]


@pytest.mark.parametrize(("kind", "case"), labelled("cases"))
def test_a_change_of_the_kind_is_told_with_its_verdict(kind, case):
    hits, findings = hits_and_all(kind, case)

    assert hits, findings


@pytest.mark.parametrize(("kind", "case"), labelled("look_alikes"))
def test_a_look_alike_is_not_taken_for_the_kind(kind, case):
    hits, findings = hits_and_all(kind, case)

    assert not hits, findings
    assert findings


def test_every_kind_has_two_changes_and_two_look_alikes():
    counts = {kind.name: (len(kind.cases), len(kind.look_alikes)) for kind in KINDS}

    assert len(counts) == 26
    assert all(min(count) >= 2 for count in counts.values()), counts


@pytest.mark.parametrize(
    ("kind", "case"),
    [pytest.param(kind, case, id=case.title) for kind in KINDS if kind.verdict == "SAFE" for case in kind.cases],
)
def test_a_safe_kind_brings_nothing_worse(kind, case):
    _, findings = hits_and_all(kind, case)

    assert {verdict for _, verdict, _ in findings} == {"SAFE"}, findings


@pytest.mark.parametrize(
    ("kind", "case"),
    [pytest.param(kind, case, id=case.title) for kind in KINDS if kind.verdict == "CAUTIOUS" for case in kind.cases],
)
def test_a_cautious_kind_is_not_called_dangerous(kind, case):
    _, findings = hits_and_all(kind, case)

    assert "DANGEROUS" not in {verdict for _, verdict, _ in findings}, findings

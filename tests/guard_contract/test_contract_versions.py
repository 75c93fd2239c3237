"""Several versions of an API side by side: each is compared with its namesake."""

from contract_pairs import operation, query

from beastmode_tools.guard.contract.compare.documents import compare_versions
from beastmode_tools.guard.contract.read.openapi import document_of
from beastmode_tools.guard.contract.rules import RULES
from beastmode_tools.guard.rule import judge

TEXT = {"type": "string"}


def findings(old, new):
    sides = ({name: document_of(each, name) for name, each in side.items()} for side in (old, new))
    return list(judge(RULES, compare_versions(*sides)))


def judged(old, new):
    return {(each.rule, each.where): each.verdict.name for each in findings(old, new)}


def test_a_version_that_vanished_is_dangerous_and_a_new_one_safe():
    seen = judged({"v1": operation(), "v2": operation()}, {"v2": operation(), "v3": operation()})

    assert seen == {("contract-version-removed", "v1"): "DANGEROUS", ("harmless-contract-change", "v3"): "SAFE"}


def test_a_change_is_found_in_the_version_that_changed():
    seen = judged({"v1": operation(), "v2": operation()}, {"v1": operation(), "v2": query(TEXT, required=True)})

    assert seen == {("required-input-added", "v2 GET /things → query parameter page"): "DANGEROUS"}


def test_the_only_version_needs_no_name_in_front_of_places():
    seen = judged({"default": operation()}, {"default": query(TEXT)})

    assert seen == {("harmless-contract-change", "GET /things → query parameter page"): "SAFE"}


def test_the_only_version_under_another_name_is_another_version():
    seen = judged({"v1": operation()}, {"v2": operation()})

    assert set(seen.values()) == {"DANGEROUS", "SAFE"}


def test_another_content_is_another_finding_in_each_of_several_versions_too():
    """Else whoever accepted one new parameter would have accepted every other of its name."""
    old = {"v1": operation(), "v2": operation()}

    [text] = findings(old, old | {"v2": query(TEXT)})
    [number] = findings(old, old | {"v2": query({"type": "integer"})})

    assert text.where == number.where
    assert text.fingerprint != number.fingerprint

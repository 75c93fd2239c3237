"""Several versions of an API side by side: each is compared with its namesake."""

from contract_pairs import operation, query

from beastmode_tools.guard.contract.compare.documents import compare_versions
from beastmode_tools.guard.contract.read.openapi import document_of
from beastmode_tools.guard.contract.rules import RULES
from beastmode_tools.guard.rule import judge

TEXT = {"type": "string"}


def judged(old, new):
    sides = ({name: document_of(each, name) for name, each in side.items()} for side in (old, new))
    return {(each.rule, each.where): each.verdict.name for each in judge(RULES, compare_versions(*sides))}


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

"""Every rule about migrations has a page, and its examples are what they say."""

import pytest
from migration_cases import PAGES, RULES, examples_of, judged, write

EXAMPLES = [
    pytest.param(example, id=f"{rule.name}: {example.title}")
    for rule in RULES
    for example in examples_of(rule.name)
    if not example.needs_running
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_page_is_judged_as_it_says(example, tmp_path):
    before, after = write(tmp_path, example.text)

    findings = [finding for finding in judged(before, after) if finding.rule == example.rule]

    if example.kind == "not found":
        assert findings == []
    else:
        assert {finding.verdict.name for finding in findings} == {example.kind}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_shows_what_is_found_and_what_only_looks_like_it(rule):
    kinds = {example.kind for example in examples_of(rule.name)}

    assert "not found" in kinds
    assert len(kinds) > 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_page_begins_with_its_rule_and_verdict(rule):
    lines = (PAGES / f"{rule.name}.md").read_text(encoding="utf-8").splitlines()

    assert lines[0] == f"# {rule.name}"
    assert lines[2].startswith(f"**{rule.verdict.name}** · ")

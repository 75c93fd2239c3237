"""The examples on the pages of the rules about contracts, and that no change is passed over in silence."""

import pytest
from contract_pairs import TODAY

from beastmode_tools.guard.contract.compare import schema_changes, structure_changes
from beastmode_tools.guard.contract.rules import RULES
from beastmode_tools.guard.explanation import explain
from beastmode_tools.guard.files import judge_files

KINDS = [*schema_changes.KINDS, *(getattr(structure_changes, name) for name in structure_changes.__all__)]
NAMES = sorted({rule.name for rule in RULES})
EXAMPLES = [(name, example) for name in NAMES for example in explain(name).examples]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {example.title}" for name, example in EXAMPLES])
def test_an_example_is_found_just_where_its_page_says_so(name, example):
    seen = judge_files(example.files("before"), example.files("after"), today=TODAY)

    verdicts = {each.verdict for each in seen if each.rule == name}

    assert verdicts == (set() if example.verdict is None else {example.verdict})


@pytest.mark.parametrize("name", NAMES)
def test_what_a_rule_about_contracts_does_not_find_others_do(name):
    examples = [each for each in explain(name).examples if each.files("before") != each.files("after")]

    silent = [
        each.title for each in examples if not judge_files(each.files("before"), each.files("after"), today=TODAY)
    ]

    assert len(silent) < len(examples)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_change_has_rules(kind):
    assert [rule.name for rule in RULES if kind in rule.on]

import re
from pathlib import Path

from beastmode_tools.guard.page import head_of
from beastmode_tools.guard.rules import RULES
from guard_code.kinds_of_change import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "guard" / "kinds.md"


def rows():
    verdict, found = "", {}
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            verdict = line[3:].upper()
        elif line.startswith("| ") and "---" not in line and not line.startswith("| kind"):
            kind, rules = line.strip("|").split("|")
            found[kind.strip()] = (verdict, set(re.findall(r"`([a-z-]+)`", rules)))
    return found


def test_the_page_lists_every_kind_under_its_verdict():
    listed = rows()

    assert {kind: verdict for kind, (verdict, _) in listed.items()} == {kind.name: kind.verdict for kind in KINDS}


def test_the_page_names_rules_that_exist_and_tell_the_kind():
    names = {rule.name for rule in RULES} | {each.label for each in head_of("harmless-code-change").messages}

    for kind in KINDS:
        _, rules = rows()[kind.name]
        assert rules <= names, rules - names
        assert rules & kind.rules, kind.name

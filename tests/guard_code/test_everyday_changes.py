import tomllib
from pathlib import Path

import pytest

from guard_code.small_shop import FILES
from guard_code.verdicts import found

CHANGES = Path(__file__).parent / "changes"


def cases(name):
    data = tomllib.loads((CHANGES / name).read_text())
    return [pytest.param(case, id=case["title"]) for case in data["case"]]


def sides(case, around):
    old, new = dict(around), dict(around)
    for file in case["file"]:
        path = file["path"]
        before = FILES[path] if file.get("old_is_the_shop") else file.get("old", file.get("both"))
        for side, text in ((old, before), (new, file.get("new", file.get("both")))):
            side.pop(path, None)
            if text is not None:
                side[path] = text
    return old, new


@pytest.mark.parametrize("case", cases("innocent.toml"))
def test_an_everyday_change_is_safe_as_a_whole(case):
    findings = found(*sides(case, FILES))

    assert findings
    assert {each.verdict.name for each in findings} == {"SAFE"}, [(each.rule, each.problem) for each in findings]


@pytest.mark.parametrize("case", cases("harmful.toml"))
def test_a_change_that_looks_small_is_told(case):
    findings = found(*sides(case, {}))

    assert set(case["expected"]) <= {f"{each.verdict.name} {each.rule}" for each in findings}

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beastmode_tools.guard.files import compare
from beastmode_tools.guard.rule import judge
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange
from guard_code.small_shop import FILES
from guard_code.verdicts import RULES, found

PATHS = sorted(path for path in FILES if path.endswith(".py"))


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("shop/blob.dat", "a", "b"),
        ("unknown.zzz", None, "x"),
        ("static/site.css", "a {}", "b {}"),
        ("templates/x.html", "<p>", "<b>"),
        ("translations/de/x.po", 'msgid ""', 'msgid "a"'),
        ("notes.md", "a", "b"),
        ("app/x.py", "import os\n", "import sys\n"),
        ("app/x.py", "# a\n", "# b\n"),
        ("app/x.py", None, ""),
        ("app/x.py", "x = 1\n", None),
        ("app/x.py", "class A(B, metaclass=M):\n    pass\n", "class A(B, metaclass=N):\n    pass\n"),
        ("app/x.py", "def f(a: int): return a\n", "def f(a: str): return a\n"),
        ("app/x.py", "with a:\n    b()\n", "with a:\n    c()\n"),
        ("tests/test_x.py", "def test_a():\n    assert 1\n", "def test_a():\n\n    assert 1\n"),
        ("tests/data.json", "{}", "[]"),
        ("Makefile", "test:\n\tpytest\n", "test:\n\techo\n"),
        ("setup.cfg", "[metadata]\nname = a\n", "[metadata]\nname = b\n"),
        ("pyproject.toml", "[broken\n", "[tool]\n"),
        (".env", "# a\n", "# b\n"),
        ("Dockerfile", "FROM a\n", None),
    ],
)
def test_each_changed_file_is_named_by_a_finding(path, old, new):
    sides = [{} if text is None else {path: text} for text in (old, new)]

    findings = found(*sides)

    assert any(path in each.where or path in each.problem for each in findings), findings


def test_a_binary_file_of_an_unknown_kind_is_not_understood():
    change = FileChange("model.bin", "model.bin", "", "", is_binary=True)

    findings = list(judge(RULES, compare(Delta((change,)))))

    assert [(each.rule, each.verdict.name) for each in findings] == [("change-not-understood", "CAUTIOUS")]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_line_taken_out_or_doubled_is_told_and_breaks_nothing(data):
    path = data.draw(st.sampled_from(PATHS))
    lines = FILES[path].splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1))
    doubled = data.draw(st.booleans())
    changed = [*lines[:number], *([lines[number]] * 2 if doubled else []), *lines[number + 1 :]]

    findings = found(FILES, FILES | {path: "".join(changed)})

    assert "".join(changed) == FILES[path] or findings
    assert len({each.fingerprint for each in findings}) == len(findings)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(alphabet=string.printable + "é\x00\ud800", max_size=200),
    path=st.sampled_from([*PATHS, "x.toml", ".env"]),
)
def test_no_text_breaks_the_comparison(text, path):
    findings = found({path: FILES.get(path, "")}, {path: text})

    assert findings or FILES.get(path, "") == text


def test_moving_lines_keeps_every_fingerprint():
    old = FILES["shop/orders.py"]
    new = old.replace('"total": order.total, ', "").replace("@login_required\ndef place", "def place")
    moved = "# a comment\n\n" + new

    plain, shifted = (found(FILES, FILES | {"shop/orders.py": text}) for text in (new, moved))

    assert {each.fingerprint for each in plain} == {each.fingerprint for each in shifted}


def test_a_side_compared_with_itself_is_silent():
    assert found(FILES, dict(FILES)) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["1"] * 3000) + "\n",
        "x = " + "(" * 150 + ")" * 150 + "\n",
        "x = " + "[" * 90 + "]" * 90 + "\n",
        "x = 1\n" * 400_000,
        "def f():\n" + "    a = 1\n    b(a)\n" * 3000,
        "x = '" + "A" * 100_000 + "'\n",
        "".join(f"key_{number}_{'A' * 1900}\n" for number in range(200)),
        "if a:\n" + "".join(f"{' ' * depth}if a:\n" for depth in range(1, 90)) + " " * 90 + "pass\n",
    ],
    ids=["sum", "brackets", "lists", "long", "statements", "text", "names", "blocks"],
)
def test_a_monstrous_file_is_told_and_breaks_nothing(text):
    findings = found({"app/x.py": "x = 2\n"}, {"app/x.py": text})

    assert any("app/x.py" in each.where for each in findings)

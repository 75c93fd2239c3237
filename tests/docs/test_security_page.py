"""docs/security.md names tests and files that exist."""

import re

from pages import ROOT

PAGE = ROOT / "docs" / "security.md"
ROW = re.compile(r"^\| ([\d., ]+) \| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", re.MULTILINE)


def rows():
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_every_named_test_exists():
    """A requirement whose test was renamed is not proved any more."""
    lost = []
    for *_, test in rows():
        file, _, name = test.partition("::")
        path = ROOT / "tests" / file
        if not path.is_file() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
            lost.append(test)

    assert len(rows()) > 40
    assert lost == []


def test_every_named_file_exists():
    """Whoever reads the table finds the code."""
    named = [name for _, _, where, _ in rows() for name in re.findall(r"`([^`]+)`", where)]

    assert [name for name in named if not (ROOT / "src" / "beastmode" / name).exists()] == []


def test_every_met_row_is_read():
    """A row in another form would not be checked."""
    met = PAGE.read_text(encoding="utf-8").split("## Met")[1].split("## Not met")[0]

    assert len(rows()) == sum(line.startswith("| ") for line in met.splitlines()) - 2

"""docs/guard/rules.md shows how to add a rule by one that exists, so what it shows has to be what that rule is."""

import re
from pathlib import Path

from beastmode_tools.guard.page import paths

ROOT = Path(__file__).parent.parent.parent
RULE = "response-value-added"
GUIDE = (ROOT / "docs" / "guard" / "rules.md").read_text(encoding="utf-8")


def test_the_page_in_the_guide_is_the_page_of_the_rule():
    """But for the message of the example, which the guide lets a script write, and the look-alikes."""
    shown = GUIDE[GUIDE.index(f"    # {RULE}\n") :].split("    ### not found:")[0]
    page = re.sub(
        r"(^### [^\n]+\n)\n(?:>[^\n]*\n)+", r"\1", paths()[RULE].read_text(encoding="utf-8"), flags=re.MULTILINE
    )

    assert page.startswith(re.sub(r"^ {4}", "", shown, flags=re.MULTILINE))


def test_the_row_in_the_guide_is_the_row_of_the_rule():
    """Copied as it stands, it is a rule."""
    [row] = re.findall(rf'^row\("{RULE}".*$', GUIDE, re.MULTILINE)

    assert f"    {row}\n" in (paths()[RULE].parents[1] / "rules" / "listed.py").read_text(encoding="utf-8")


def test_nothing_but_the_page_and_the_row_is_needed():
    """The rule is named in its page and in the file of its row, and in no other file of the package."""
    source = ROOT / "src" / "beastmode_tools"
    files = [path for path in source.rglob("*") if path.suffix in {".py", ".md"} and RULE in path.read_text("utf-8")]

    folder = paths()[RULE].parents[1]
    assert sorted(files) == [paths()[RULE], folder / "rules" / "listed.py"]

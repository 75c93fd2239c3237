"""Every change in `changes/` is called what its head says, and docs/why/blog.md shows the same."""

import re
from pathlib import Path

import pytest

CHANGES = sorted((Path(__file__).parent / "changes").glob("*.diff"))


def label(diff, name):
    found = re.search(rf"^{name}: (.+)$", diff.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else ""


@pytest.mark.parametrize("diff", CHANGES, ids=lambda diff: diff.stem)
def test_a_change_of_the_blog_is_called_what_its_head_says(blog, diff):
    blog.apply(diff)

    report = blog.check(*(() if label(diff, "Proved on") == "every database" else ("--on", "sqlite")))

    told = [(finding["verdict"], finding["rule"], finding["problem"]) for finding in report["findings"]]
    assert report["verdict"] == label(diff, "Verdict"), told
    assert set(label(diff, "Rules").split()) <= {finding["rule"] for finding in report["findings"]}, told


def test_the_blog_unchanged_is_safe_without_a_finding(blog):
    report = blog.check()

    assert (report["verdict"], report["findings"]) == ("SAFE", [])


def test_the_page_shows_every_change_with_its_verdict():
    page = (Path(__file__).parent.parent.parent / "docs" / "why" / "blog.md").read_text(encoding="utf-8")
    shown = re.findall(r"^\| (.+?) \| (SAFE|CAUTIOUS|DANGEROUS) \|$", page, re.MULTILINE)

    titles = [diff.read_text(encoding="utf-8").split(".\n", 1)[0] for diff in CHANGES]
    expected = [
        (title[0].lower() + title[1:], label(diff, "Verdict")) for title, diff in zip(titles, CHANGES, strict=True)
    ]

    assert shown == expected

"""The report that the tutorial about `beast check` shows is what its commands print."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, blocks

PAGE = ROOT / "docs" / "tutorial" / "first-check.md"
DIGITS = re.compile(r"\b(?:[0-9a-f]{7}|[0-9a-f]{12})\b")


@pytest.fixture
def printed(tmp_path):
    """What the first two blocks of commands print: a project, and the check after a route was deleted."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = [
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.code],
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "LANG": "C.UTF-8", "PATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        for block in blocks(PAGE, "sh")[:2]
    ]
    return without_digits(done[1].stdout)


def without_digits(text):
    """Lines without commits and fingerprints, which differ from run to run."""
    return [DIGITS.sub("...", line.rstrip()) for line in text.splitlines()]


def test_the_tutorial_shows_the_report_that_its_commands_print(printed):
    """Each line of the report on the page is printed, in the same order; the page leaves out what is not proven."""
    (shown,) = (block.code for block in blocks(PAGE, "text") if block.code.startswith("DANGEROUS"))

    rest = iter(printed)
    missing = [line for line in without_digits(shown) if line and line not in rest]

    assert not missing, "\n".join(printed)

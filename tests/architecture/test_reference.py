"""The reference is what the code says."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def generated(root, tmp_path_factory):
    """The pages as the code has them now, written by a process of its own: the example reads the environment."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, str(root / "docs" / "generate.py"), str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_of_the_reference_says_what_the_code_says(root, generated):
    stored = root / "docs" / "reference"

    written = {page.name: page.read_text(encoding="utf-8") for page in generated.iterdir()}

    stale = [name for name, text in written.items() if not is_text_of(stored / name, text)]
    assert not stale, f"{', '.join(stale)} stale or missing; run `make docs`"


def test_no_page_of_the_reference_is_left_over(root, generated):
    found = {path.name for path in (root / "docs" / "reference").iterdir() if path.is_file()}

    assert found == {path.name for path in generated.iterdir()}


def is_text_of(page, text):
    """Whether a stored page has this text."""
    return page.exists() and page.read_text(encoding="utf-8") == text

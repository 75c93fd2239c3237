"""The reference is what the code says."""

import subprocess
import sys

import pytest

PAGES = ("settings.md", "commands.md", "public-names.md", "routes.md")


@pytest.fixture(scope="module")
def generated(root, tmp_path_factory):
    """The pages as the code has them now, written by a process of its own: the example reads the environment."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, str(root / "docs" / "generate.py"), str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_reference_says_what_the_code_says(root, generated, page):
    stored = root / "docs" / "reference" / page

    assert stored.exists(), "run `make docs`"
    assert stored.read_text(encoding="utf-8") == (generated / page).read_text(encoding="utf-8"), (
        f"{page} is stale; run `make docs`"
    )


def test_no_page_of_the_reference_is_left_over(root):
    found = {path.name for path in (root / "docs" / "reference").iterdir()}

    assert found == set(PAGES)

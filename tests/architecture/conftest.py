"""The files of the repository, as its rules look at them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
COPIED = ("bench/http/",)  # taken over whole, so that figures stay comparable


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def tracked():
    """Every file that git tracks or would track, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(line) for line in sorted(set(listed.stdout.splitlines())) if (ROOT / line).is_file()]


@pytest.fixture(scope="session")
def ours(tracked):
    """The Python files that are written here."""
    return [path for path in tracked if path.suffix == ".py" and not path.as_posix().startswith(COPIED)]

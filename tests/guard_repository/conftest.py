"""A repository to change, made by the ordinary commands."""

import hashlib
from pathlib import Path

import pytest

from beastmode_tools.project import Project
from work_tree import WorkTree


class Repository(WorkTree):
    """A work tree that is looked at."""

    def project(self, folder="."):
        return Project(self.folder, (self.folder / folder).resolve(), Path("python"), None, None)

    def fingerprint(self):
        """Every file below the folder with its content and its time, git's own ones included."""
        lines = []
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                lines.append((path.relative_to(self.folder).as_posix(), digest, path.stat().st_mtime_ns))
        return lines


@pytest.fixture
def repository(tmp_path):
    return Repository(tmp_path / "shop")

"""A repository to change, made by the ordinary commands."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from beastmode_tools.project import Project


class Repository:
    """A git work tree, and what a person does in it."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments):
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent)}
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=self.folder, env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def write(self, files):
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(text, encoding="utf-8")

    def commit(self, files=None):
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a step")
        return self.git("rev-parse", "HEAD")

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

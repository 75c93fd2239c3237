"""A copy of the blog in a repository of its own, and the command as a person types it."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from beastmode_tools.cli import main
from probe_servers import shared_servers
from work_tree import WorkTree

__all__ = ["shared_servers"]

ROOT = Path(__file__).parent.parent.parent
TESTS = '''"""What the blog promises."""


def test_anybody_may_write_a_post(ada):
    answer = ada.api.post("/api/v1/posts", json={"title": "Hello", "body": "World"})

    assert answer.status_code == 201
'''


class Checked(WorkTree):
    """A project in a repository that `beast` is run in."""

    def apply(self, diff):
        """Apply a diff, whose revision is called NEXT and follows NEWEST, whatever the project's newest one is."""
        newest = max(path.name[:4] for path in (self.folder / "migrations" / "versions").glob("[0-9]*.py"))
        text = diff.read_text().replace("NEXT", f"{int(newest) + 1:04}").replace("NEWEST", newest)
        numbered = self.folder.parent / diff.name
        numbered.write_text(text)
        self.git("apply", str(numbered))

    def beast(self, *arguments):
        command = [str(Path(sys.executable).parent / "beast"), *arguments]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder.parent), "LANG": "C.UTF-8"}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    python = ("--python", sys.executable)

    def check(self, *arguments):
        """What `beast check` prints, run in this process, so that one check after the other shares its servers."""
        said, told = io.StringIO(), io.StringIO()
        outputs = contextlib.redirect_stdout(said), contextlib.redirect_stderr(told)
        with contextlib.chdir(self.folder), outputs[0], outputs[1], pytest.raises(SystemExit) as ended:
            main(["check", *self.python, "--format", "json", *arguments])
        assert ended.value.code in {0, 1}, told.getvalue() + said.getvalue()
        return json.loads(said.getvalue())


@pytest.fixture
def new_project(tmp_path):
    """Makes a repository on main of a folder's files."""

    def make(source, more=None):
        folder = tmp_path / "project"
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "*.db*", "var"))
        project = Checked(folder)
        project.commit(more)
        return project

    return make


@pytest.fixture
def blog(new_project):
    return new_project(ROOT / "examples" / "blog", {"tests/test_blog.py": TESTS})

"""A small project in a repository of its own, and `beast` asked about it as a person asks."""

import hashlib
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from work_tree import WorkTree

BEAST = Path(sys.executable).with_name("beast")
SECONDS = 60
APP = """
    from flask import Flask


    def create_app():
        app = Flask(__name__)

        @app.get("/users")
        def users():
            return {"users": []}

        return app
"""


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    status: int
    output: str
    errors: str


class Attacked(WorkTree):
    """A project that does what nobody expects."""

    def __init__(self, place, files=None):
        self.place = place
        (place / "temporary").mkdir(parents=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "TMPDIR": str(place / "temporary"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        super().__init__(place / "shop", environment)
        self.commit({"app.py": APP, **(files or {})})

    def git(self, *arguments, check=True):
        """What git answers, which may take submodules from a folder."""
        return super().git("-c", "protocol.file.allow=always", *arguments, check=check)

    def write(self, files):
        """Puts files there, texts without the margin that they have in a test."""
        dedented = {
            name: content if isinstance(content, bytes) else textwrap.dedent(content) for name, content in files.items()
        }
        super().write(dedented)

    def beast(self, *words, **environment):
        """What `beast ...` answers in the project's folder."""
        done = subprocess.run(
            [BEAST, *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def check(self, *words, **environment):
        """What `beast check` answers; no databases unless the words say so."""
        return self.beast("check", "--python", sys.executable, "--no-proofs", *words, **environment)

    def contents(self):
        """Every file of the project and of git's folder with its content, but for what is remembered of a report."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not name.startswith(".git/beast/"):
                found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        return found

    def left_behind(self):
        """What is left in the place for temporary files."""
        return sorted(path.name for path in (self.place / "temporary").iterdir())

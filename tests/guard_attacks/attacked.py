"""A small project in a repository of its own, and `beast` asked about it as a person asks."""

import hashlib
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

BEAST = Path(sys.executable).with_name("beast")
SECONDS = 120
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


class Attacked:
    """A project that does what nobody expects."""

    def __init__(self, place, files=None):
        self.place = place
        self.folder = place / "shop"
        self.folder.mkdir(parents=True)
        (place / "temporary").mkdir()
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "TMPDIR": str(place / "temporary"),
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        self.git("init", "--quiet", "--initial-branch=main")
        self.write({"app.py": APP, **(files or {})})
        self.commit()

    def git(self, *arguments, check=True):
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "protocol.file.allow=always")
        command = ["git", *identity, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, check=check, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files):
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else textwrap.dedent(content).encode())

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a step")

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

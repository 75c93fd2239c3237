"""A git work tree for a test, made by the ordinary commands; no setting of this machine's git has a say in it."""

import os
import subprocess


class WorkTree:
    """A repository on its branch main, and what a person does in it.

    Args:
        folder: Where it is, or is to be; files that are there stay uncommitted.
        environment: Of its commands.
    """

    def __init__(self, folder, environment=None):
        self.folder = folder
        isolated = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "GIT_CONFIG_NOSYSTEM": "1"}
        self.environment = environment or isolated
        folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.com")

    def git(self, *arguments, check=True):
        """What git answers."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment, check=check, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files):
        """Puts files there: path -> text or bytes."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(self, files=None):
        """The commit that holds all that is there now, these files included."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a step")
        return self.git("rev-parse", "HEAD")

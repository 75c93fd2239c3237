"""Asks git, and changes nothing of the user's: no ref, no index, no object, no hook is run."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from beastmode_tools.errors import CouldNotRun

__all__ = ["Git"]

QUIET = (
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.quotePath=false",
    "-c",
    "gc.auto=0",
    "-c",
    "core.splitIndex=false",  # a copied index that is split would leave its other half in the user's folder
    "-c",
    "core.safecrlf=false",  # what git warns of when something is committed is no reason to read nothing
    "-c",
    "advice.addEmbeddedRepo=false",
)
SECONDS = 120
"""A large repository answers within seconds; two minutes without an answer are a prompt or a lock that nobody ends."""


@dataclass(frozen=True, slots=True)
class Git:
    """A repository to ask.

    Args:
        folder: Any folder in its work tree.
        environment: Variables besides those of this process, such as `GIT_INDEX_FILE`.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def ask(self, *arguments: str) -> str:
        """What git answers, without the last line's end.

        Raises:
            CouldNotRun: Git is not installed, or says no; the message is its first line.
        """
        done = self.run(*arguments)
        if done.returncode:
            raise CouldNotRun(f"git {arguments[0]} says: {first_line(done.stderr)}")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def ask_or_none(self, *arguments: str) -> str | None:
        """What git answers; None where it says no."""
        done = self.run(*arguments)
        return None if done.returncode else done.stdout.decode("utf-8", "surrogateescape").strip()

    def run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Runs git once, whatever it answers; `given` is its standard input."""
        try:
            return subprocess.run(  # noqa: S603 - git with fixed options; refs are guarded by their callers
                ["git", *QUIET, *arguments],  # noqa: S607 - the git of the user's PATH is the one meant
                cwd=self.folder,
                env={**own_environment(), **self.environment},
                input=given,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise CouldNotRun(
                "git is not on PATH. Install it: the guard compares two states of a repository."
            ) from None
        except subprocess.TimeoutExpired:
            raise CouldNotRun(f"git {arguments[0]} did not answer within {SECONDS} s.") from None


def own_environment() -> dict[str, str]:
    """This process's environment without what would point git elsewhere (hooks set it), or make it ask or write."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C.UTF-8",
    }


def first_line(text: bytes) -> str:
    """The first line of an error, without git's own word for it."""
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else "nothing"

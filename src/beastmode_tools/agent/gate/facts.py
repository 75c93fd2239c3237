"""What is known of an effect before it is decided: where its path leads, and what the guard says of the change."""

import os
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.agent.gate.effect import DeleteFile, Effect, ReadFile, WriteFile
from beastmode_tools.guard.finding import Finding, Verdict, worst

__all__ = ["Facts", "Judged", "look"]

LONGEST_NAME = 255
"""Bytes in one part of a path: the limit of every usual file system, so that a longer one fails on the disk anyway."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the guard says of a change.

    Args:
        findings: Worst first.
        diff_hash: Of the change that was judged.
    """

    findings: tuple[Finding, ...]
    diff_hash: str

    @property
    def verdict(self) -> Verdict:
        """The worst of what counts."""
        return worst(self.findings)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an effect.

    Args:
        resolved: Where its path leads, with every link followed; None for an effect without a path, or for a path that
            cannot name a file.
        is_link: The path itself is a symbolic link.
        links: How many names the file has; 0 if it does not exist.
        is_folder: Something other than a file is there.
        edit: The guard's verdict on this change alone; None for an effect that changes nothing.
        whole: The guard's verdict on everything since the run began, this change included.
    """

    resolved: Path | None = None
    is_link: bool = False
    links: int = 0
    is_folder: bool = False
    edit: Judged | None = None
    whole: Judged | None = None


def look(effect: Effect, root: Path, edit: Judged | None = None, whole: Judged | None = None) -> Facts:
    """What the disk says of an effect's path.

    Args:
        effect: What is wanted.
        root: The project's folder.
        edit: The guard's verdict on this change alone.
        whole: The guard's verdict on everything since the run began.
    """
    if not isinstance(effect, ReadFile | WriteFile | DeleteFile) or not can_name_a_file(effect.path):
        return Facts(edit=edit, whole=whole)
    place = root / effect.path
    try:
        status = os.lstat(place)
        is_folder = place.exists() and not place.is_file()
        return Facts(
            resolved=place.resolve(),
            is_link=place.is_symlink(),
            links=status.st_nlink,
            is_folder=is_folder,
            edit=edit,
            whole=whole,
        )
    except FileNotFoundError:
        return Facts(resolved=place.resolve(), edit=edit, whole=whole)
    except (OSError, RuntimeError):  # a loop of links, a part that is a file, a folder that may not be entered
        return Facts(edit=edit, whole=whole)


def can_name_a_file(path: str) -> bool:
    """Whether a file system takes it: no NUL, no half of a pair, no part that is too long."""
    try:
        parts = path.encode().split(b"/")
    except UnicodeEncodeError:
        return False
    return bool(path.strip()) and b"\0" not in path.encode() and max(map(len, parts)) <= LONGEST_NAME

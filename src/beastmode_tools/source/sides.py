"""The two sides of a change: files as they were and as they are."""

from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.source.digest import digest

__all__ = ["FileChange", "Side"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change, as a private copy on the disk that may be run and thrown away.

    Args:
        name: "base" or "work".
        folder: The project's folder within the copy.
        root: The repository's root within the copy.
    """

    name: str
    folder: Path
    root: Path


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that differs between the sides; paths are relative to the project's folder, with slashes.

    Args:
        path: Where it is on the work side; where it was, if it is gone.
        old_path: Where it was on the base side; differs from `path` for a renamed file.
        old: Its text on the base side; None where there was none.
        new: Its text on the work side; None where there is none.
        is_binary: No text on either side then; both are "" where the file exists.
        bytes_digest: Of what a binary file holds on both sides.
    """

    path: str
    old_path: str
    old: str | None
    new: str | None
    is_binary: bool = False
    bytes_digest: str = ""

    @property
    def content(self) -> str:
        """A digest of what it holds on both sides."""
        return digest(self.old, self.new, self.bytes_digest)

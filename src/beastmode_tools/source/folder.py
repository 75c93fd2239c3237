"""The files of both sides as the comparers of code take them: read from the disk when somebody asks for them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from beastmode_tools.source.application import Application
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange, Side

__all__ = ["FolderFiles", "read_delta"]

SKIPPED = {
    ".git",
    ".hg",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    "env",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    "site-packages",
}
READ = (".py", ".html", ".jinja", ".jinja2", ".j2", ".txt", ".json")
MOST_BYTES = 2_000_000


class FolderFiles(Mapping[str, str]):
    """Path -> text of the files in a folder that rules may want to look at; listed once, each read once.

    Args:
        folder: Of the project, in a private copy.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.listed: dict[str, Path] | None = None

    @property
    def files(self) -> dict[str, Path]:
        """Each path relative to the folder, with slashes."""
        if self.listed is None:
            self.listed = dict(sorted(listing(self.folder)))
        return self.listed

    def __getitem__(self, path: str) -> str:
        if path not in self.texts:
            self.texts[path] = self.files[path].read_text(encoding="utf-8", errors="replace")
        return self.texts[path]

    def __contains__(self, path: object) -> bool:
        return path in self.files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def listing(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files below a folder that are read: no links, no caches, nothing huge."""
    for home, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in names:
            path = Path(home) / name
            if name.endswith(READ) and not path.is_symlink() and path.stat().st_size <= MOST_BYTES:
                yield path.relative_to(folder).as_posix(), path


def read_delta(
    changes: Sequence[FileChange],
    sides: tuple[Side, Side],
    applications: tuple[Application | None, Application | None] = (None, None),
    core: tuple[str, ...] = (),
) -> Delta:
    """The change as `compare.code.compare` takes it; nothing is read before a comparer asks for it.

    Args:
        changes: The files that differ.
        sides: Base and work.
        applications: What was read of each side's application; None where it did not start.
        core: `[guard] core`.
    """
    old, new = (FolderFiles(side.folder) for side in sides)
    return Delta(tuple(changes), old, new, applications[0], applications[1], core)

"""The files of one side: the one walk over them, and what it leaves out."""

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["files_below", "is_readable"]

SKIPPED = frozenset(
    (
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
    )
)
"""Folders of other people's code and of caches. A side holds what git holds, so they are seldom there: some
repositories commit them all the same. `build` and `dist` are not among them, since what is committed under such a name
is a package of the project."""
MOST_BYTES = 2_000_000
"""What people write is shorter by far, generated clients included; what is longer is data, and slow to search."""


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each file by its path relative to the folder, with slashes; links are named, but not followed into folders."""
    for home, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in SKIPPED]
        for name in names:
            path = Path(home) / name
            yield path.relative_to(folder).as_posix(), path


def is_readable(path: Path, most: int = MOST_BYTES) -> bool:
    """Whether a file of a side is read: no link, which may lead out of the side, and nothing longer than `most`."""
    return not path.is_symlink() and path.is_file() and path.stat().st_size <= most

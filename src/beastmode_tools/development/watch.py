"""Notices that a file of the project has changed."""

import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["snapshot"]

WATCHED = (".py", ".env", ".flaskenv", ".toml", ".html", ".txt")
SKIPPED = frozenset((".git", ".beast", ".venv", "venv", "node_modules", "__pycache__", ".mypy_cache", ".ruff_cache"))


def snapshot(folder: Path) -> dict[str, int]:
    """Path -> when it was last changed, for every file whose change the server has to see."""
    return dict(files(str(folder)))


def files(folder: str) -> Iterator[tuple[str, int]]:
    """The watched files below a folder."""
    try:
        entries = list(os.scandir(folder))
    except OSError:  # removed while it was being read
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in SKIPPED:
                yield from files(entry.path)
        elif entry.name.endswith(WATCHED):
            try:
                yield entry.path, entry.stat().st_mtime_ns
            except OSError:
                continue

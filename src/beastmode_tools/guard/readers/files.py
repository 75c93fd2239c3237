"""The text files of one side, read when they are asked for."""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

__all__ = ["TextFiles"]

LEFT_OUT = {".git", "__pycache__", "node_modules", ".venv", "venv"}
LONGEST = 2 * 1024 * 1024


class TextFiles(Mapping[str, str]):
    """Path -> text of every file below a folder that holds text of a reasonable length; each is read once at most.

    Args:
        folder: The project's folder in a private copy.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known: dict[str, str | None] = {}

    @cached_property
    def paths(self) -> frozenset[str]:
        """Every file's path, relative to the folder, with slashes."""
        found = []
        for place, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            prefix = Path(place).relative_to(self.folder).as_posix()
            found += [name if prefix == "." else f"{prefix}/{name}" for name in names]
        return frozenset(found)

    def __getitem__(self, path: str) -> str:
        if path not in self.known:
            self.known[path] = self.read(path) if path in self.paths else None
        text = self.known[path]
        if text is None:
            raise KeyError(path)
        return text

    def __contains__(self, path: object) -> bool:
        return path in self.paths

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.paths))

    def __len__(self) -> int:
        return len(self.paths)

    def read(self, path: str) -> str:
        """A file's text; "" where it holds none."""
        place = self.folder / path
        try:
            if place.is_symlink() or place.stat().st_size > LONGEST:
                return ""
            return place.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return ""

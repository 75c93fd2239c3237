"""The files of both sides as the comparers of code take them: read from the disk when somebody asks for them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from beastmode_tools.probes.messages.application import Application
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange, Side
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["FolderFiles", "read_delta"]

READ = (".py", ".html", ".jinja", ".jinja2", ".j2", ".txt", ".json")
"""What rules look into: code, templates, and the lists and documents beside them."""


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
            self.listed = {
                name: path
                for name, path in sorted(files_below(self.folder))
                if name.endswith(READ) and is_readable(path)
            }
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

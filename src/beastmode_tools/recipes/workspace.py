"""The project's files as a recipe sees them: read from the disk, changed in memory, given back as edits."""

import stat
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.plan import Edit

__all__ = ["Workspace"]

BOM = b"\xef\xbb\xbf"


class Workspace:
    """A project's files, with the changes that a recipe has decided so far. Nothing is written.

    Args:
        folder: The project's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._before: dict[str, bytes | None] = {}
        self._after: dict[str, bytes | None] = {}

    def exists(self, path: str) -> bool:
        """Whether the file exists, or is about to."""
        return self._after[path] is not None if path in self._after else (self.folder / path).exists()

    def read(self, path: str) -> str:
        """The text of a file, with line feeds as line ends.

        Raises:
            CouldNotRun: It does not exist or is not UTF-8.
        """
        content = self._after[path] if path in self._after else self._stored(path)
        if content is None:
            raise CouldNotRun(f"{path} does not exist.")
        try:
            return content.removeprefix(BOM).decode("utf-8").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise CouldNotRun(f"{path} is not UTF-8 text, so it cannot be edited.") from None

    def create(self, path: str, text: str) -> None:
        """Add a file.

        Raises:
            CouldNotRun: It exists, with other contents.
        """
        content = text.encode()
        existing = self._after[path] if path in self._after else self._stored(path)
        if existing is not None and existing.replace(b"\r\n", b"\n") != content:
            raise CouldNotRun(f"{path} already exists. Rename or remove it, or choose another name.")
        if existing is None:
            self._after[path] = content

    def edit(self, path: str, text: str) -> None:
        """Replace the text of a file, which keeps its line ends and its byte order mark."""
        before = self._stored(path)
        if before is None:
            self._after[path] = text.encode()
            return
        content = text.encode()
        if b"\r\n" in before:
            content = content.replace(b"\n", b"\r\n")
        self._after[path] = BOM + content if before.startswith(BOM) else content

    def remove(self, path: str) -> None:
        """Delete a file."""
        self._stored(path)
        self._after[path] = None

    def edits(self) -> tuple[Edit, ...]:
        """What has changed, in the order in which it was decided."""
        pairs = ((path, self._stored(path), after) for path, after in self._after.items())
        return tuple(Edit(path, before, after) for path, before, after in pairs if before != after)

    def _stored(self, path: str) -> bytes | None:
        """The bytes on the disk when they were first asked for; None if there is no such file."""
        if path not in self._before:
            self._before[path] = read_within(self.folder, path)
        return self._before[path]


def read_within(folder: Path, path: str) -> bytes | None:
    """The bytes of a file of the project; None if it does not exist.

    Raises:
        CouldNotRun: It may not be written, is not a file, or a link leads out of the project.
    """
    place = folder / path
    if not place.resolve().is_relative_to(folder):
        raise CouldNotRun(
            f"{path} leads out of the project, to {place.resolve()}; only files of the project are edited."
        )
    nearest = next(each for each in (place, *place.parents) if each.exists())
    if nearest != place and not nearest.is_dir():
        raise CouldNotRun(f"{nearest.relative_to(folder)} is a file, and a directory of this name is needed.")
    # The mode, not os.access: a file that its owner has made read-only is left alone, even for root.
    if not nearest.stat().st_mode & stat.S_IWUSR:
        raise CouldNotRun(f"{nearest.relative_to(folder) if nearest != folder else folder} is read-only.")
    if not place.exists():
        return None
    if not place.is_file():
        raise CouldNotRun(f"{path} is not a file.")
    return place.read_bytes()

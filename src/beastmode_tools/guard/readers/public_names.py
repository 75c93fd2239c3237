"""The names of a project's files and revisions, which anybody who sees the repository may read."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from beastmode_tools.guard.compare.public_names import PublicNames
from beastmode_tools.guard.readers.code import SKIPPED

__all__ = ["public_names"]

REVISION = re.compile(r"""^(?:down_)?revision\b[^=\n]*=\s*(?P<ids>.+)$""", re.MULTILINE)
QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
MOST_BYTES = 100_000  # a revision says its id at its beginning


def public_names(*folders: Path) -> PublicNames:
    """The names in both sides of a project, or in one.

    Args:
        folders: The project's, in private copies.
    """
    paths = {path: folder for folder in folders for path in paths_of(folder)}
    revisions = (folder / path for path, folder in paths.items() if path.endswith(".py") and "/versions/" in f"/{path}")
    return PublicNames(tuple(sorted(paths)), tuple(sorted({each for path in revisions for each in ids_of(path)})))


def paths_of(folder: Path) -> Iterator[str]:
    """Each file, relative to the folder, with slashes."""
    for home, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in SKIPPED]
        place = Path(home).relative_to(folder)
        yield from ((place / name).as_posix() for name in names)


def ids_of(path: Path) -> Iterator[str]:
    """The ids that a revision names: its own, and those that it follows."""
    if path.is_symlink() or not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        text = file.read(MOST_BYTES)
    for match in REVISION.finditer(text):
        yield from QUOTED.findall(match["ids"])

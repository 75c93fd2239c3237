"""Names that anybody may read, since files of the repository are named so: none of them is masked as a secret."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from beastmode_tools.source.walk import files_below

__all__ = ["PublicNames", "is_version", "public_names"]

VERSION = re.compile(
    r"[\^~<>=!]{0,3}\s?v?\d+(?:\.(?:\d+|\*|x))+[-.+]?(?:a|b|rc|alpha|beta|dev|post|pre)?\.?\d*,?", re.IGNORECASE
)
LEFT_OPEN = re.compile(r"<[^<>]*>|\{[^{}]*\}|\$\{?\w+\}?")
LINE = re.compile(r"(?::\d+)?[.,:;]*$")


@dataclass(frozen=True)
class PublicNames:
    """Names of files and revisions.

    Args:
        paths: Of the project's files, with slashes.
        ids: Of its revisions.
    """

    paths: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        """Whole names: paths, the names of files, those with a number without their ending too, and ids."""
        files = {path.rpartition("/")[2] for path in self.paths}
        numbered = {name.rpartition(".")[0] for name in files if re.search(r"\d", name)}
        return frozenset({*self.paths, *files, *numbered, *self.ids} - {""})

    @cached_property
    def text(self) -> str:
        """All of them, to look for a part of one."""
        return "\n".join((*self.paths, *self.ids))

    def names(self, value: str) -> bool:
        """Whether a text is a file, a line of one, a revision, a version, or a place where a value is put in."""
        bare = value.strip("`")
        return bool(is_version(bare) or LEFT_OPEN.fullmatch(bare) or LINE.sub("", bare) in self.known)

    def hold(self, value: str) -> bool:
        """Whether a text is a part of a name."""
        return value in self.text


def is_version(value: str) -> bool:
    """Whether a text is a version of a package, or asks for one."""
    return VERSION.fullmatch(value) is not None


REVISION = re.compile(r"""^(?:down_)?revision\b[^=\n]*=\s*(?P<ids>.+)$""", re.MULTILINE)


QUOTED = re.compile(r"""["']([^"'\n]+)["']""")


MOST_BYTES = 100_000  # a revision says its id at its beginning


def public_names(*folders: Path) -> PublicNames:
    """The names in both sides of a project, or in one.

    Args:
        folders: The project's, in private copies.
    """
    paths = {path: folder for folder in folders for path, _ in files_below(folder)}
    revisions = (folder / path for path, folder in paths.items() if path.endswith(".py") and "/versions/" in f"/{path}")
    return PublicNames(tuple(sorted(paths)), tuple(sorted({each for path in revisions for each in ids_of(path)})))


def ids_of(path: Path) -> Iterator[str]:
    """The ids that a revision names: its own, and those that it follows."""
    if path.is_symlink() or not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        text = file.read(MOST_BYTES)
    for match in REVISION.finditer(text):
        yield from QUOTED.findall(match["ids"])

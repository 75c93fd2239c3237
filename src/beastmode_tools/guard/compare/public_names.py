"""Names that anybody may read, since files of the repository are named so: none of them is masked as a secret."""

import re
from dataclasses import dataclass
from functools import cached_property

__all__ = ["PublicNames", "is_version"]

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

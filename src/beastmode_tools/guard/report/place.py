"""Where a finding points to, for programs that open files."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from beastmode_tools.guard.finding import Finding
from beastmode_tools.guard.report.view import View

__all__ = ["Place", "place_of"]

# Alone, with a line, in brackets behind an operation, or before what is in it: app/users.py:18 in show_user
FILE = re.compile(
    r"(?:^|[\s(])(?P<path>(?!/)[^\s():→]*[^\s():→/.]\.\w+|Dockerfile|Procfile|Makefile)"
    r"(?::(?P<line>\d+))?(?=$|[\s):,;])"
)


KNOWN = (
    ".cfg .conf .css .csv .env .example .flaskenv .html .in .ini .j2 .jinja2 .js .json .lock .mako .md .po .pot .py "
    ".rst .sample .sh .sql .svg .toml .ts .txt .xml .yaml .yml"
)
SUFFIXES = frozenset(KNOWN.split())


@dataclass(frozen=True, slots=True)
class Place:
    """A file relative to the repository's root, and the line in it if it is known."""

    path: str
    line: int | None = None


def place_of(finding: Finding, view: View) -> Place | None:
    """The file that the finding's `where` names; None for one that is about an operation or a setting."""
    found = next((each for each in FILE.finditer(finding.where) if is_file(each, finding.where)), None)
    if found is None:
        return None
    line = int(found["line"]) if found["line"] else 0
    return Place(str(PurePosixPath(view.prefix) / found["path"]), line or None)


def is_file(found: re.Match[str], where: str) -> bool:
    """Whether a word with a dot names a file: "users.nick" is a column, and "items.name" a part of an answer."""
    if found["line"] or "." not in found["path"]:
        return True
    return "→" not in where and PurePosixPath(found["path"]).suffix in SUFFIXES

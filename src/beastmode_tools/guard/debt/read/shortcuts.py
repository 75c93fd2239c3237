"""Every shortcut of a project: those that comments admit to, and those that its settings reveal."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from beastmode_tools.git import Git
from beastmode_tools.guard.debt.read.settings import revealed
from beastmode_tools.project import Project
from beastmode_tools.source.debt import Debt, debts_in, may_hold_debts
from beastmode_tools.source.walk import is_readable

__all__ = ["Shortcut", "Shortcuts", "shortcuts_of"]

BLAMED = re.compile(
    r"^(?P<commit>[0-9a-f]{40,64}) \d+ (?P<line>\d+).*?^committer-time (?P<time>\d+)$", re.MULTILINE | re.DOTALL
)
USES_BEASTMODE = re.compile(r"^\s*(?:from|import)\s+beastmode\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Something that is good enough for now.

    Args:
        tag: DEBT, TODO, HACK or FIXME; "setting" for one that a setting reveals.
        where: File and line, or the setting.
        words: What it is.
        until: What ends it; "" where nothing says so.
        then: What pays it: a command, a setting or a sentence.
        since: When it was committed; None for what is not, and for settings.
        is_overdue: Its day has passed.
    """

    tag: str
    where: str
    words: str
    until: str = ""
    then: str = ""
    since: date | None = None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """What was found in a project.

    Args:
        found: Overdue ones first, then by tag and place.
        notes: What could not be read, a sentence each.
    """

    found: tuple[Shortcut, ...]
    notes: tuple[str, ...] = ()


def shortcuts_of(project: Project, today: date) -> Shortcuts:
    """The shortcuts of the project as it is now, uncommitted files included.

    Args:
        project: Whose files and settings are read.
        today: To judge days by.
    """
    git = Git(project.folder)
    found: list[Shortcut] = []
    uses_beastmode = False
    for path in git.ask("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        text = text_of(project.folder / path) if path and may_hold_debts(path) else ""
        uses_beastmode = uses_beastmode or (path.endswith(".py") and bool(USES_BEASTMODE.search(text)))
        if debts := debts_in(path, text):
            days = committed(git, path, [debt.line for debt in debts])
            found.extend(as_shortcut(debt, days.get(debt.line), today) for debt in debts)
    settings, notes = revealed(project) if uses_beastmode else ((), ())
    found.extend(Shortcut("setting", each.name, each.words, then=each.then) for each in settings)
    return Shortcuts(tuple(sorted(found, key=lambda each: (not each.is_overdue, each.tag == "setting"))), tuple(notes))


def text_of(path: Path) -> str:
    """A file's text; "" for what is no text file or is gone."""
    if path.is_symlink() or not path.is_file() or not is_readable(path):
        return ""
    return path.read_text(encoding="utf-8", errors="replace")


def as_shortcut(debt: Debt, since: date | None, today: date) -> Shortcut:
    """A comment's shortcut, with the day on which its line was committed."""
    return Shortcut(
        tag=debt.tag,
        where=f"{debt.path}:{debt.line}",
        words=debt.words,
        until=debt.until,
        then=debt.then,
        since=since,
        is_overdue=debt.is_overdue(today),
    )


def committed(git: Git, path: str, lines: list[int]) -> dict[int, date]:
    """The days on which lines of a file were committed; those that are not committed are missing."""
    ranges = [part for line in lines for part in ("-L", f"{line},{line}")]
    blamed = git.ask_or_none("blame", "--line-porcelain", *ranges, "--", path) or ""
    return {
        int(found["line"]): datetime.fromtimestamp(int(found["time"]), UTC).date()
        for found in BLAMED.finditer(blamed)
        if found["commit"].strip("0")
    }

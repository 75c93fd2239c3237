"""Shortcuts that comments admit to: DEBT, TODO, HACK and FIXME."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from beastmode_tools.source.files import kind_of

__all__ = ["Debt", "debts_in", "may_hold_debts"]

TAG = re.compile(r"^(?P<tag>DEBT|TODO|HACK|FIXME)\b(?:\((?P<owner>[^)]*)\))?:?\s*(?P<words>.*)$")
OTHER_COMMENT = re.compile(
    r"(?:^|\s)(?:\#|//|--|/\*|<!--|\{\#)\s*(?P<text>(?:DEBT|TODO|HACK|FIXME)\b.*?)\s*(?:\*/|-->|\#\})?$"
)
ANY = re.compile(r"\b(?:DEBT|TODO|HACK|FIXME)\b")
DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
UNTIL = re.compile(r"[,;]?\s*\buntil\s+(?P<until>[^;]+)")
THEN = re.compile(r"[,;]?\s*\bthen\s+(?P<then>.+)$")
NO_CODE = ("documentation", "static", "translation", "data")
"""Kinds of files that show comments or hold texts, and are no code of the project."""


@dataclass(frozen=True, slots=True)
class Debt:
    """A shortcut as its comment tells it: `# DEBT: in-process cache until more than one server; then REDIS_URL`.

    Args:
        tag: DEBT, TODO, HACK or FIXME.
        path: Its file, relative to the project's folder.
        line: Its line, counted from 1.
        words: What the shortcut is: "in-process cache".
        until: What ends it: "more than one server", or a day; "" where nothing says so.
        then: What pays it: "REDIS_URL"; "" where nothing says so.
        due: The day in `until`.
    """

    tag: str
    path: str
    line: int
    words: str
    until: str = ""
    then: str = ""
    due: date | None = None

    @property
    def has_target(self) -> bool:
        """Whether the comment says when it ends or what pays it."""
        return bool(self.until or self.then)

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.due is not None and self.due < today


def may_hold_debts(path: str) -> bool:
    """Whether comments in a file of this name are the project's own."""
    return kind_of(path) not in NO_CODE


def debts_in(path: str, text: str) -> list[Debt]:
    """The shortcuts that the comments of a file admit to.

    Args:
        path: The file, relative to the project's folder; its name decides how comments are told.
        text: Its text.
    """
    if not (may_hold_debts(path) and ANY.search(text)):
        return []
    comments = python_comments(text) if path.endswith((".py", ".pyw", ".pyi")) else other_comments(text)
    return [debt for line, comment in comments for debt in [debt_of(path, line, comment)] if debt is not None]


def python_comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a Python file with their lines; a comment that goes on in the next line is one."""
    started, at, column, words = 0, 0, -1, ""
    for line, place, comment in comment_tokens(text):
        if words and line == at + 1 and place == column and not TAG.match(comment):
            at, words = line, f"{words} {comment}"
            continue
        if words:
            yield started, words
        started, at, column, words = line, line, place, comment
    if words:
        yield started, words


def comment_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and words of every comment; of a file that is no Python, those in front of the fault."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield (*token.start, token.string.lstrip("#").strip())
    except (tokenize.TokenError, SyntaxError):
        return


def other_comments(text: str) -> Iterator[tuple[int, str]]:
    """Lines of any other file in which a tag stands behind the sign of a comment."""
    for number, line in enumerate(text.splitlines(), 1):
        found = OTHER_COMMENT.search(line)
        if found:
            yield number, found["text"]


def debt_of(path: str, line: int, comment: str) -> Debt | None:
    """What a comment admits to; None for any other comment."""
    found = TAG.match(comment)
    if found is None:
        return None
    words = found["words"]
    then = THEN.search(words)
    words = words[: then.start()] if then else words
    until = UNTIL.search(words)
    words = words[: until.start()] if until else words
    limit = until["until"].strip() if until else ""
    return Debt(
        tag=found["tag"],
        path=path,
        line=line,
        words=words.strip(" .;,"),
        until=limit.rstrip("."),
        then=then["then"].strip(" .") if then else "",
        due=day_of(limit or found["owner"] or ""),
    )


def day_of(text: str) -> date | None:
    """The first day that a text names, as 2027-03-01."""
    for found in DAY.findall(text):
        try:
            return date.fromisoformat(found)
        except ValueError:
            continue
    return None

"""Shortcuts that a change brings, gives more time, or leaves overdue."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from beastmode_tools.source.debt import Debt, debts_in, may_hold_debts
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.sides import FileChange

__all__ = ["DebtAdded", "DebtExtended", "DebtOverdue", "compare_debts"]


@dataclass(frozen=True, slots=True)
class DebtAdded:
    """A comment that admits to a shortcut, and is new.

    Args:
        path: Its file.
        line: Its line.
        tag: DEBT, TODO, HACK or FIXME.
        words: What the shortcut is.
        until: What ends it.
        then: What pays it.
        is_overdue: Its day has passed already.
    """

    path: str
    line: int
    tag: str
    words: str
    until: str
    then: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class DebtExtended:
    """A shortcut whose day has passed, and that was given a later one, or none.

    Args:
        path: Its file.
        line: Its line.
        words: What the shortcut is.
        old: The day that has passed.
        until: What ends it now.
    """

    path: str
    line: int
    words: str
    old: str
    until: str


@dataclass(frozen=True, slots=True)
class DebtOverdue:
    """A shortcut that stood there before, and whose day has passed.

    Args:
        path: Its file.
        line: Its line.
        words: What the shortcut is.
        until: The day.
    """

    path: str
    line: int
    words: str
    until: str


def compare_debts(delta: Delta, today: date | None) -> Iterator[DebtAdded | DebtExtended | DebtOverdue]:
    """What became more among the shortcuts of the changed files, and what is overdue in the others.

    Args:
        delta: Both sides. A shortcut that has only moved is no change.
        today: To judge days by; without it, none has passed.
    """
    yield from changed_debts(delta.changes, today)
    changed = {change.path for change in delta.changes}
    for path in delta.new_files:
        if today is not None and path not in changed and may_hold_debts(path):
            for debt in debts_in(path, delta.new_files[path]):
                if debt.is_overdue(today):
                    yield DebtOverdue(path, debt.line, debt.words, debt.until)


def changed_debts(changes: Sequence[FileChange], today: date | None) -> Iterator[DebtAdded | DebtExtended]:
    """The shortcuts of the changed files that are new or got more time."""
    old = [debt for each in changes for debt in debts_of(each.old_path, each.old)]
    new = [debt for each in changes for debt in debts_of(each.path, each.new)]
    stays = Counter(map(whole, old))
    passed = {(debt.tag, debt.words): debt for debt in old if today is not None and debt.is_overdue(today)}
    for debt in new:
        if stays[whole(debt)]:
            stays[whole(debt)] -= 1
            continue
        before = passed.get((debt.tag, debt.words))
        if before is not None:
            yield DebtExtended(debt.path, debt.line, debt.words, before.until, debt.until)
        else:
            is_overdue = today is not None and debt.is_overdue(today)
            yield DebtAdded(debt.path, debt.line, debt.tag, debt.words, debt.until, debt.then, is_overdue)


def debts_of(path: str, text: str | None) -> list[Debt]:
    """The shortcuts of one side of a file."""
    return [] if text is None else debts_in(path, text)


def whole(debt: Debt) -> tuple[str, str, str, str]:
    """All that a comment says, wherever it stands."""
    return debt.tag, debt.words, debt.until, debt.then

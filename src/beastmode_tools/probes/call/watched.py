"""Takes down which statements of the changed functions run while a request is answered."""

from __future__ import annotations

import re
import sys
from typing import Any

__all__ = ["Watched", "steadied"]

LONGEST = 20_000
"""Characters of an answer that are compared; a page that differs only behind them has more of the same."""
TOKEN = re.compile(r"(?=[\w.=/+-]*\d)(?=[\w.=/+-]*[A-Za-z])[\w.=/+-]{20,}")
"""Tokens against forged requests, nonces, hashes of files: other ones at every start."""
TIME = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:\.\d+)?\b"
)


class Watched:
    """Watches functions in a `with` block.

    Args:
        wanted: For each function "path", "key", "first" (lines where it may begin) and "parts" (first and last lines).

    Attributes:
        ran: The key of each function that ran -> the numbers of the parts that did.
    """

    def __init__(self, wanted: list[dict[str, Any]]) -> None:
        self.by_file: dict[str, list[dict[str, Any]]] = {}
        for each in wanted:
            self.by_file.setdefault(each["path"].rpartition("/")[2], []).append(each)
        self.known: dict[Any, Any] = {}
        self.ran: dict[str, set[int]] = {}

    def __bool__(self) -> bool:
        return bool(self.by_file)

    def __enter__(self) -> None:
        self.ran = {}
        if self.by_file:
            sys.settrace(self.called)

    def __exit__(self, *_: object) -> None:
        if self.by_file:
            sys.settrace(None)

    def called(self, frame: Any, _event: str, _argument: Any) -> Any:
        """Traces the lines of a function that is watched, and of no other."""
        code = frame.f_code
        if code not in self.known:
            self.known[code] = self.found(code)
        watched = self.known[code]
        if watched is None:
            return None
        self.ran.setdefault(watched["key"], set())
        return self.line

    def line(self, frame: Any, event: str, _argument: Any) -> Any:
        """Takes down the part that a line belongs to."""
        if event == "line":
            watched, number = self.known[frame.f_code], frame.f_lineno
            ran = self.ran.setdefault(watched["key"], set())
            ran.update(at for at, (first, last) in enumerate(watched["parts"]) if first <= number <= last)
        return self.line

    def found(self, code: Any) -> Any:
        """The watched function that a piece of code is."""
        path = code.co_filename.replace("\\", "/")
        for each in self.by_file.get(path.rpartition("/")[2], ()):
            if code.co_firstlineno in each["first"] and path.endswith("/" + each["path"]):
                return each
        return None


def steadied(body: str) -> str:
    """An answer without what differs each time that somebody asks."""
    return TIME.sub("(time)", TOKEN.sub("(token)", body[:LONGEST]))

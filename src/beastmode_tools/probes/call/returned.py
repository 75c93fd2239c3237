"""Takes down what changed functions give back, in words that are the same wherever they run."""

from __future__ import annotations

import hashlib
import sys
from typing import Any

from .watched import Watched, steadied

__all__ = ["Returned", "in_words"]

DEEPEST = 4
"""Of lists in lists and attributes of attributes; what lies deeper is of a library more often than of the project."""
MOST_ITEMS = 50
"""Of one collection; two that differ only behind so many differ in their length, too, more often than not."""
LONGEST = 300
"""Characters of one text; a longer one is told from others by its digest."""
MOST_CALLS = 200
"""Of one test; one that calls more does so in a loop, and the first ones differ where any do."""
IN_ONE_WORD = ("datetime", "date", "time", "timedelta", "Decimal", "UUID", "PosixPath")


class Returned(Watched):
    """Watches functions in a `with` block, and what the outermost of them give back.

    Attributes:
        calls: Key and value of each call that no other watched function made, in order.
    """

    def __init__(self, wanted: list[dict[str, Any]]) -> None:
        super().__init__(wanted)
        self.calls: list[tuple[str, str]] = []
        self.inside: list[Any] = []
        self.raised: dict[int, str] = {}
        self.before: Any = None

    def __enter__(self) -> None:
        self.calls, self.inside, self.raised = [], [], {}
        self.before = sys.gettrace()
        super().__enter__()

    def __exit__(self, *_: object) -> None:
        if self.by_file:
            sys.settrace(self.before)

    def called(self, frame: Any, _event: str, _argument: Any) -> Any:
        """Traces the lines of a function that is watched, and of no other."""
        tracer = super().called(frame, _event, _argument)
        if tracer is not None:
            self.inside.append(frame)
        return tracer

    def line(self, frame: Any, event: str, argument: Any) -> Any:
        """Takes down the part that a line belongs to, and what a call ends with."""
        if event == "exception":
            self.raised[id(frame)] = type(argument[1]).__name__ if argument[1] else argument[0].__name__
        elif event == "line":
            self.raised.pop(id(frame), None)
        elif event == "return" and frame in self.inside:
            is_outermost = self.inside[0] is frame
            self.inside.remove(frame)
            error = self.raised.pop(id(frame), "")
            if is_outermost and len(self.calls) < MOST_CALLS:
                self.calls.append((self.known[frame.f_code]["key"], ended(frame, argument, error)))
        super().line(frame, event, argument)
        return self.line


def ended(frame: Any, value: Any, error: str) -> str:
    """What a call ended with: an error, what it made of its object, or what it gave."""
    if error and value is None:
        return "raised " + error
    if frame.f_code.co_name == "__init__" and "self" in frame.f_locals:
        return in_words(frame.f_locals["self"])
    return in_words(value)


def in_words(value: Any, depth: int = 0) -> str:
    """A value without addresses and times; nothing of the project is called for it but plain attributes are read."""
    if value is None or isinstance(value, bool):
        return repr(value)
    simple = next((base for base in SIMPLE if isinstance(value, base)), None)
    if simple is not None:
        return SIMPLE[simple](value)
    if type(value).__name__ in IN_ONE_WORD:
        return steadied(str(value))
    if depth >= DEEPEST:
        return type(value).__name__
    return of_many(value, depth) if isinstance(value, (dict, list, tuple, set, frozenset)) else of_object(value, depth)


def of_many(value: Any, depth: int) -> str:
    """The items of a collection, in an order that does not depend on chance."""
    some = [in_words(each, depth + 1) for each in list(value)[:MOST_ITEMS]]
    if isinstance(value, dict):
        pairs = zip(some, (in_words(value[key], depth + 1) for key in list(value)[:MOST_ITEMS]))
        return "{" + ", ".join(sorted(f"{key}: {each}" for key, each in pairs)) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(some)) + "}"
    more = f", ... ({len(value)})" if len(value) > len(some) else ""
    return (
        ("[" if isinstance(value, list) else "(") + ", ".join(some) + more + ("]" if isinstance(value, list) else ")")
    )


def of_object(value: Any, depth: int) -> str:
    """An object by its class and its own attributes; a response by its status and body."""
    kind = type(value)
    if getattr(kind, "status_code", None) is not None and getattr(value, "is_sequence", False):
        return f"{value.status_code} {shortened(steadied(value.get_data(as_text=True)))}"
    own = getattr(value, "__dict__", None)
    if not isinstance(own, dict) or callable(value):
        return kind.__name__
    shown = {name: own[name] for name in own if not name.startswith("_")}
    return f"{kind.__name__}({in_words(shown, depth + 2)})"


def shortened(text: str) -> str:
    """A text that tells itself from others, however long it is."""
    if len(text) <= LONGEST:
        return repr(text)
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{text[:LONGEST]!r}... ({len(text)} characters, {digest})"


SIMPLE: dict[type, Any] = {
    str: lambda value: shortened(steadied(str.__str__(value))),
    bytes: lambda value: shortened(steadied(value.decode("utf-8", "replace"))),
    int: int.__repr__,
    float: float.__repr__,
    complex: complex.__repr__,
}
"""How values of these classes and of ones made of them are shown: an enum of texts equals its text."""

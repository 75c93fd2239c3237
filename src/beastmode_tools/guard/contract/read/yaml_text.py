"""Reads YAML as OpenAPI means it: the core schema of YAML 1.2, all keys text, dates left as they were written.

PyYAML's own loaders follow YAML 1.1 (`on` is true there, `2026-01-01` a date) and take three times as long. Only its
parser, the one in C where it was built, is used: it has no tags, so nothing of a document is ever run.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml  # type: ignore[import-untyped]  # PyYAML carries no types
import yaml.cyaml  # type: ignore[import-untyped]  # the same

from beastmode_tools.errors import CouldNotRun

__all__ = ["parse_yaml"]

Parser: Any = getattr(yaml.cyaml, "CParser", None)
WORDS: dict[str, Any] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
WHOLE = re.compile(r"[-+]?[0-9]{1,400}\Z")
OCTAL = re.compile(r"0o[0-7]{1,400}\Z")
HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]{1,400}\Z")
FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
MERGE = "<<"
MISSING: Any = object()
STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
DEEPEST = 400
"""More than `limits.DEEPEST`, which tells the reason better; this one only keeps the parser from going on."""


def parse_yaml(content: bytes, name: str) -> Any:
    """What the first document of a YAML text holds.

    Raises:
        CouldNotRun: It is no YAML, or nested too deeply.
    """
    try:
        return Builder(name).build(events_of(content))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise CouldNotRun(f"{name} is neither JSON nor YAML{place}: {reason}") from None


def events_of(content: bytes) -> Callable[[], Any]:
    """The parser's next event, one a call."""
    if Parser is not None:
        next_event: Callable[[], Any] = Parser(content).get_event
        return next_event
    slow_event: Callable[[], Any] = yaml.SafeLoader(content).get_event
    return slow_event


class Open:
    """A mapping or sequence that has begun and not ended."""

    __slots__ = ("is_mapping", "key", "value")

    def __init__(self, value: Any, is_mapping: bool) -> None:  # noqa: FBT001 - what its value is, said once more for speed
        self.value = value
        self.is_mapping = is_mapping
        self.key: Any = MISSING

    def take(self, value: Any, written: str | None) -> None:
        """Takes in the next value, which is a key where one is due; `written` is how a scalar was spelt."""
        if not self.is_mapping:
            self.value.append(value)
        elif self.key is MISSING:
            self.key = str(value) if written is None else written
        else:
            put(self.value, self.key, value)
            self.key = MISSING


class Builder:
    """Turns the events of a parser into plain values."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.anchors: dict[str, Any] = {}
        self.words: dict[str, Any] = dict(WORDS)

    def build(self, next_event: Callable[[], Any]) -> Any:
        """The value of the first document, without recursion; None where there is none."""
        stack: list[Open] = []
        while True:
            event = next_event()
            kind = type(event)
            if kind in STARTS:
                stack.append(self.opened(event, len(stack)))
                continue
            if kind is yaml.StreamEndEvent:
                return None
            if kind is yaml.ScalarEvent:
                value = self.scalar(event)
            elif kind in ENDS:
                value = stack.pop().value
            elif kind is yaml.AliasEvent:
                value = self.alias(event)
            else:
                continue
            if not stack:
                return value
            stack[-1].take(value, event.value if kind is yaml.ScalarEvent else None)

    def opened(self, event: Any, depth: int) -> "Open":
        """A mapping or sequence that begins."""
        if depth >= DEEPEST:
            raise CouldNotRun(f"{self.name} is nested deeper than {DEEPEST} levels: not read")
        is_mapping = type(event) is yaml.MappingStartEvent
        container = Open({} if is_mapping else [], is_mapping)
        if event.anchor:
            self.anchors[event.anchor] = container.value
        return container

    def scalar(self, event: Any) -> Any:
        """A scalar's value: quoted and tagged ones are text."""
        is_text = event.style or event.tag in ("!", "tag:yaml.org,2002:str")
        value = event.value if is_text else self.word(event.value)
        if event.anchor:
            self.anchors[event.anchor] = value
        return value

    def alias(self, event: Any) -> Any:
        """What an alias stands for."""
        if event.anchor not in self.anchors:
            raise CouldNotRun(f"{self.name} is no YAML: *{event.anchor} stands for nothing")
        return self.anchors[event.anchor]

    def word(self, text: str) -> Any:
        """A plain word's value; a document uses few different ones, so each is looked at once."""
        try:
            return self.words[text]
        except KeyError:
            value = self.words[text] = number_or_text(text)
            return value


def number_or_text(text: str) -> Any:
    """A plain scalar by the core schema."""
    if text[0] not in "-+.0123456789":
        return text
    if WHOLE.match(text):
        return int(text)
    if FRACTION.match(text):
        return float(text)
    if OCTAL.match(text):
        return int(text, 8)
    return int(text, 16) if HEXADECIMAL.match(text) else text


def put(target: dict[str, Any], key: str, value: Any) -> None:
    """Sets a key; `<<` takes over what another mapping says and this one does not."""
    if key != MERGE:
        target[key] = value
        return
    for source in value if isinstance(value, list) else [value]:
        if isinstance(source, dict):
            for name, each in source.items():
                target.setdefault(name, each)

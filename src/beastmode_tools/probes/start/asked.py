"""Settings that the project asked the environment for, without saying what to do where they are missing."""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from typing import Any, Callable

__all__ = ["none_was_given", "read_as_json", "watch"]

NAMED = re.compile(r"[\"']([A-Z][A-Z0-9_]{2,})[\"']|(?<=onfig\.)([A-Z][A-Z0-9_]{2,})")

AS_JSON = re.compile(r"json\.loads\(\s*os\.(?:environ(?:\.get)?|getenv)[\[(]\s*[\"']([A-Z][A-Z0-9_]+)")

UNANSWERED: list[str] = []


def watch(is_own: Callable[[str], bool]) -> None:
    """Takes down from now on which names get None as an answer.

    Args:
        is_own: Whether a file is the project's.
    """
    kind = type(os.environ)
    original = kind.get

    def get(self: Any, name: Any, default: Any = None) -> Any:
        value = original(self, name, default)
        if value is None and isinstance(name, str) and is_asked_by(is_own):
            UNANSWERED.append(name)
        return value

    setattr(kind, "get", get)  # noqa: B010 - mypy would not let a method be replaced


def read_as_json(error: BaseException) -> list[str]:
    """Names of settings that the file in which a text was no JSON reads as JSON."""
    frames = traceback.extract_tb(error.__traceback__)
    texts = ["".join(linecache.getlines(path)) for path in dict.fromkeys(frame.filename for frame in frames)]
    return [name for text in texts for name in AS_JSON.findall(text)]


def is_asked_by(is_own: Callable[[str], bool]) -> bool:
    """Whether the caller of `get` is the project, by way of `os.getenv` too."""
    frame = sys._getframe(2)
    caller = frame.f_back if frame.f_globals.get("__name__") == "os" else frame
    return caller is not None and is_own(caller.f_code.co_filename)


def none_was_given(error: BaseException, *, again: bool) -> list[str]:
    """Names of settings that were None where an error tells that something was None.

    Those on the innermost line that names any; where a name went on in a variable, all that got no answer.

    Args:
        error: Of the project's code.
        again: Whether it is not the first such error, so that one by one could take as many starts as there are names.
    """
    if not isinstance(error, (AttributeError, TypeError, ValueError)) or "None" not in str(error):
        return []
    if again:
        return list(dict.fromkeys(UNANSWERED))
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        line = linecache.getline(frame.filename, frame.lineno or 0)
        names = [one or other for one, other in NAMED.findall(line)]
        if names := [name for name in names if name in UNANSWERED]:
            return names
    return list(dict.fromkeys(UNANSWERED))

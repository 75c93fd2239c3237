"""Everything that a run, an assistant or a hook may want to do to a project, as data."""

import hashlib
import json
import shlex
from dataclasses import dataclass, fields
from typing import Any

__all__ = [
    "ApplyRecipe",
    "DeleteFile",
    "Effect",
    "OpenUrl",
    "QueryDatabase",
    "ReadFile",
    "RunCommand",
    "WriteFile",
    "as_json",
    "digest_of_effect",
    "writes",
]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Reads a file of the project.

    Args:
        path: Relative to the project's folder.
    """

    path: str

    def __str__(self) -> str:
        return f"read {self.path}"


@dataclass(frozen=True, slots=True)
class WriteFile:
    """Creates a file, or replaces its content as a whole.

    Args:
        path: Relative to the project's folder.
        content: The new bytes.
    """

    path: str
    content: bytes

    def __str__(self) -> str:
        return f"write {self.path}"


@dataclass(frozen=True, slots=True)
class DeleteFile:
    """Deletes a file.

    Args:
        path: Relative to the project's folder.
    """

    path: str

    def __str__(self) -> str:
        return f"delete {self.path}"


@dataclass(frozen=True, slots=True)
class RunCommand:
    """Runs a program without a shell, in the project's folder, with a scratch database.

    Args:
        arguments: The program and its arguments, such as `("flask", "db", "heads")`.
    """

    arguments: tuple[str, ...]

    def __str__(self) -> str:
        return f"run {shlex.join(self.arguments)}"


@dataclass(frozen=True, slots=True)
class OpenUrl:
    """Fetches a page.

    Args:
        url: With its scheme.
    """

    url: str

    def __str__(self) -> str:
        return f"open {self.url}"


@dataclass(frozen=True, slots=True)
class ApplyRecipe:
    """Carries a recipe out.

    Args:
        words: As after `beast`: `("add", "index", "posts.created_at")`.
    """

    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"beast {shlex.join(self.words)}"


@dataclass(frozen=True, slots=True)
class QueryDatabase:
    """Reads rows of the development database, in a read-only transaction of the engine.

    Args:
        sql: One statement.
    """

    sql: str

    def __str__(self) -> str:
        return f"query {self.sql}"


Effect = ReadFile | WriteFile | DeleteFile | RunCommand | OpenUrl | ApplyRecipe | QueryDatabase
"""One thing that is done or refused as a whole."""


def writes(effect: Effect) -> bool:
    """Whether it may change files of the project."""
    return isinstance(effect, WriteFile | DeleteFile | RunCommand | ApplyRecipe)


def as_json(effect: Effect) -> dict[str, Any]:
    """The effect for a journal: its kind and its fields; bytes are shown by their digest and length."""
    told: dict[str, Any] = {"kind": type(effect).__name__}
    for each in fields(effect):
        value = getattr(effect, each.name)
        if isinstance(value, bytes):
            told[each.name] = {"sha256": hashlib.sha256(value).hexdigest(), "bytes": len(value)}
        else:
            told[each.name] = list(value) if isinstance(value, tuple) else value
    return told


def digest_of_effect(effect: Effect) -> str:
    """Sixteen hexadecimal digits that two effects share only if they are the same."""
    return hashlib.sha256(json.dumps(as_json(effect), sort_keys=True).encode()).hexdigest()[:16]

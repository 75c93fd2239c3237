"""`search`: lines of the project's files that contain a text."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.paths import is_secret
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import SearchArguments
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["answer"]

LONGEST_LINE = 300
"""Characters of a line that are shown: longer ones are data, and the match is what counts."""
NESTED = re.compile(r"\([^)]*[+*][^)]*\)[+*{]")
"""A repeated group with a repetition in it can take years on one line, and Python cannot stop it."""


def answer(performer: Performer, arguments: SearchArguments) -> dict[str, Any]:
    """The matches with path and line, in the order of paths."""
    pattern = pattern_of(arguments)
    found: list[dict[str, Any]] = []
    for each in matches(performer.grants.root, pattern, arguments.path):
        if len(found) == arguments.most:
            return {"matches": found, "is_complete": False}
        found.append(each)
    return {"matches": found, "is_complete": True}


def pattern_of(arguments: SearchArguments) -> re.Pattern[str]:
    """What is looked for.

    Raises:
        CouldNotRun: It is not a regular expression, or one that may never end.
    """
    if not arguments.is_pattern:
        return re.compile(re.escape(arguments.text))
    if NESTED.search(arguments.text):
        raise CouldNotRun("the pattern repeats a group that repeats something. Write it without one of the two.")
    try:
        return re.compile(arguments.text)
    except re.error as problem:
        raise CouldNotRun(f"{arguments.text!r} is not a regular expression: {problem}.") from None


def matches(root: Path, pattern: re.Pattern[str], wanted: str) -> Iterator[dict[str, Any]]:
    """Each line that matches."""
    for name in names(root):
        path = root / name
        if (wanted and not fnmatch(name, wanted)) or is_secret(name) or not is_readable(path):
            continue
        content = path.read_bytes()
        if b"\0" in content:  # not text
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if pattern.search(line[: LONGEST_LINE * 10]):  # what is longer was made by a program
                yield {"path": name, "line": number, "text": line.strip()[:LONGEST_LINE]}


def names(root: Path) -> list[str]:
    """The files of the project, without those that git ignores."""
    listed = Git(root).run("ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", ".")
    if listed.returncode == 0:
        return sorted(set(listed.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""})
    return sorted(name for name, _ in files_below(root) if not name.startswith(".beast/"))

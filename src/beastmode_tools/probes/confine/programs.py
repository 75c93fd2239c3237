"""The programs that the project's code may start: those that only say what they are, or what the machine is."""

from __future__ import annotations

import os
from typing import Any

__all__ = ["only_asks"]

VERSION = ("--version", "-version", "-V", "version")
MACHINE = ("uname", "ldconfig", "lsb_release", "arch", "getconf", "which", "file", "sw_vers")
"""They read, whatever they are asked."""
GIT = ("version", "--version", "rev-parse", "describe", "rev-list", "log", "show", "ls-files", "cat-file")
"""What of git reads only. The private copy is no repository, so that most of it says just that."""
WRITES = ("--output", "--ext-diff", "--textconv", "--upload-pack", "-o")
BEFORE = ("--no-pager", "--bare", "-p", "--paginate")
BEFORE_WITH_VALUE = ("-C", "--git-dir", "--work-tree")


def only_asks(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether a process would only tell something.

    Libraries ask at import: GitPython for git's version, a wrapper of gpg for gpg's, `platform` for the machine's.

    Args:
        event: Of the audit hook.
        arguments: Of the event: the program, and its command line.
    """
    if event not in ("subprocess.Popen", "os.posix_spawn") or len(arguments) < 2:
        return False
    words = [os.fsdecode(word) for word in arguments[1] if isinstance(word, (str, bytes, os.PathLike))]
    if isinstance(arguments[1], (str, bytes)) or not words:
        return False
    name, rest = os.path.basename(os.fsdecode(arguments[0] or words[0])), words[1:]
    if name in MACHINE:
        return True
    if name == "git":
        return git_only_reads(rest)
    return bool(rest) and all(word in VERSION for word in rest)


def git_only_reads(words: list[str]) -> bool:
    """Whether a command line of git reads, and starts no other program."""
    rest = list(words)
    while rest and (rest[0] in BEFORE or rest[0] in BEFORE_WITH_VALUE or "--git-dir=" in rest[0]):
        del rest[: 2 if rest[0] in BEFORE_WITH_VALUE else 1]
    return bool(rest) and rest[0] in GIT and not any(word.startswith(WRITES) for word in rest[1:])

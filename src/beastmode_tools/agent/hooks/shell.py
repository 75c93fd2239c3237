"""Command lines of assistants: split as a shell would split them, and refused where that cannot be told for sure."""

import glob
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from beastmode_tools.agent.gate.commands import COMMANDS
from beastmode_tools.agent.gate.decide import decide
from beastmode_tools.agent.gate.decision import Refused
from beastmode_tools.agent.gate.effect import ReadFile, RunCommand
from beastmode_tools.agent.gate.facts import look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.hooks.programs import BEAST, FORBIDDEN, LISTED, READERS

__all__ = ["refused_line"]

HARMLESS = re.compile(r"\s2>&1(?=[\s|;&]|$)|\s[12&]?>\s?/dev/null(?=[\s|;&]|$)")
"""Redirections that write no file."""
EXPANDED = re.compile(r"`|\$[\w({'\"!?@*#$-]|[{}]|(?:^|\s)~")
"""What a shell replaces by something that the line does not show."""
JOINED = ("|", "&&", "||", ";", "\n")
SECRET = re.compile(r"\.env(?!\.example)|(?:^|/)\.(?:git|beast)(?:/|$)")
RECURSIVE = re.compile(r"-[a-zA-Z]*[rR]|--(?:dereference-)?recursive")
LONGEST = 120
"""Characters of a command in a message: a line of a terminal, and enough to know which one is meant."""
INSTEAD = (
    "Edit files with the tool for it, run tests with `beast test`, and read with `ls`, `cat`, `rg` or `beast`. "
    "If the command is needed, ask the person to run it."
)


def refused_line(line: str, grants: Grants) -> Refused | None:
    """Why a command line is not run; None if each of its programs is on the list."""
    plain = HARMLESS.sub("", line)
    if EXPANDED.search(without_single_quotes(plain)):
        return Refused(f"`{short(line)}` has parts that a shell replaces.", "Write out what is meant.", "command")
    try:
        commands = list(split(plain))
    except ValueError as problem:
        return Refused(f"`{short(line)}` cannot be split: {problem}.", INSTEAD, "command")
    return next((wrong for each in commands if (wrong := refused_command(each, grants))), None)


def without_single_quotes(line: str) -> str:
    """The line without texts that a shell takes as they are."""
    return re.sub(r"'[^']*'", "", line)


def split(line: str) -> Iterator[tuple[str, ...]]:
    """The commands of a line.

    Raises:
        ValueError: It has an open quote, a redirection, a group, or a job in the background.
    """
    lexer = shlex.shlex(line, posix=True, punctuation_chars="();<>|&\n")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    for token in lexer:
        if token.strip("();<>|&\n"):
            words.append(token)
            continue
        if token.strip("\n") not in JOINED and token.strip("\n"):
            raise ValueError(f"{token.strip()!r} is more than one command after the other")
        if words:
            yield tuple(words)
        words = []
    if words:
        yield tuple(words)


def refused_command(words: tuple[str, ...], grants: Grants) -> Refused | None:
    """Why one command is not run."""
    words = tuple(relative(word, grants.root) for word in words)
    if words[0] == "cd":
        return None if len(words) == 2 and is_plain_folder(words[1], grants.root) else no(words, "leads elsewhere")
    if words[0] in READERS:
        return refused_reading(words, grants)
    if words[0] == "beast":
        return refused_beast(words)
    for start, options in LISTED:
        if words[: len(start)] == start:
            return refused_listed(words[len(start) :], options, words)
    decision = decide(RunCommand(words), grants, look(RunCommand(words), grants.root))
    if not isinstance(decision, Refused):
        return None
    is_listed = any(words[: len(start)] == start for start, _ in COMMANDS)
    return decision if is_listed else Refused(decision.why, INSTEAD, decision.gate)


def relative(word: str, root: Path) -> str:
    """A path of the project as one that is relative to it."""
    for folder in {str(root), str(root.resolve())}:
        if word == folder:
            return "."
        if word.startswith(f"{folder}/"):
            return word[len(folder) + 1 :]
    return word


def is_plain_folder(word: str, root: Path) -> bool:
    """Whether a folder of the project that nothing is hidden in."""
    is_hidden = any(part.startswith(".") for part in Path(word).parts)
    return not word.startswith(("/", "-")) and not is_hidden and (root / word).resolve().is_relative_to(root)


def refused_reading(words: tuple[str, ...], grants: Grants) -> Refused | None:
    """Why a program that only reads is not run: an option that writes or starts something, or a secret."""
    for word in words[1:]:
        name = word.partition("=")[0]
        if name.startswith("-") and any(is_option(name, each) for each in READERS[words[0]]):
            return no(words, f"has the option {name}")
        if word.startswith(("/", "~")) or ".." in Path(word).parts or "=/" in word or "=~" in word:
            return no(words, f"names {word[:60]!r}, which is not in the project")
        if SECRET.search(word):
            return no(words, "reads secrets or records")
        for path in (word, *glob.glob(word, root_dir=grants.root)):  # noqa: PTH207 - it matches as a shell does
            if (grants.root / path).exists() and is_unreadable(path, grants):
                return no(words, f"reads {path}, which holds secrets or leads out of the project")
    if words[0] == "grep" and any(RECURSIVE.fullmatch(word) for word in words[1:]) and has_secrets(words, grants.root):
        return no(words, "reads .env, too; `rg` and `beast search` do not")
    return None


def is_option(given: str, forbidden: str) -> bool:
    """Whether an option is the forbidden one, shortened or among others."""
    if forbidden.startswith("--"):
        return given.startswith("--") and len(given) > 2 and forbidden.startswith(given)
    if len(forbidden) > 2:
        return given == forbidden
    return not given.startswith("--") and forbidden[1] in given


def is_unreadable(path: str, grants: Grants) -> bool:
    """Whether the gate refuses to read it."""
    effect = ReadFile(path)
    return path != "." and isinstance(decide(effect, grants, look(effect, grants.root)), Refused)


def has_secrets(words: tuple[str, ...], root: Path) -> bool:
    """Whether a folder that is read as a whole has a file of secrets."""
    folders = [root / word for word in words[1:] if (root / word).is_dir()] or [root]
    return any((folder / ".env").exists() for folder in folders)


def refused_beast(words: tuple[str, ...]) -> Refused | None:
    """Why a command of beast is not run: it is a person's, or an option would start something else."""
    if len(words) < 2 or words[1] not in BEAST:
        return no(words, "is for a person")
    wrong = next((word for word in words[2:] if word.partition("=")[0] in FORBIDDEN or word.startswith("/")), None)
    return no(words, f"has {wrong[:60]!r}") if wrong else None


def refused_listed(rest: tuple[str, ...], options: frozenset[str], words: tuple[str, ...]) -> Refused | None:
    """Why a program of the list is not run: an option or a path that is not."""
    is_text = False
    for word in rest:
        if not is_text and word.startswith("-") and word.partition("=")[0] not in options:
            return no(words, f"has the option {word[:60]!r}; options here are {', '.join(sorted(options)) or 'none'}")
        if not is_text and (word.startswith("/") or ".." in Path(word).parts):
            return no(words, f"names {word[:60]!r}, which is not in the project")
        is_text = word in ("-m", "--message")
    return None


def no(words: tuple[str, ...], why: str) -> Refused:
    """A refusal of one command."""
    return Refused(f"`{short(shlex.join(words))}` {why}.", INSTEAD, "command")


def short(line: str) -> str:
    """The line as a message repeats it."""
    flat = " ".join(line.split())
    return flat if len(flat) <= LONGEST else f"{flat[:LONGEST]}..."

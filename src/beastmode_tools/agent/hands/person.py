"""Whether a person is asking, as far as that can be told: not from within a run, a test of it, or an assistant."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Process", "processes_above", "program_above"]

MARKS = {
    "BEAST_CHILD": "a program that a run of beast started",
    "CLAUDECODE": "Claude Code",
    "CURSOR_AGENT": "the agent of Cursor",
    "GEMINI_CLI": "Gemini CLI",
    "CODEX_SANDBOX": "Codex",
}
"""Variables that programs set for what they start, and who sets them."""
WORKING = frozenset(("dev", "do", "hook", "mcp", "resume", "selftest", "test"))
"""Commands of beast that start code which a model may have written, or answer one."""
MOST = 100
"""Processes above this one: a chain is ten long, and one that changes while it is read must end."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process.

    Args:
        command: Its program and arguments.
        environment: Its variables, as far as they can be read.
    """

    command: Sequence[str]
    environment: Mapping[str, str]


def program_above(processes: Sequence[Process]) -> str:
    """The program that this process works for, in words; "" if none is known."""
    for each in processes:
        mark = next((name for name in MARKS if name in each.environment), None)
        if mark:
            return MARKS[mark]
        if (command := working(each.command)) is not None:
            return f"`beast {command}`"
    return ""


def working(command: Sequence[str]) -> str | None:
    """The command of beast that a process is, if it works for a model."""
    for place, word in enumerate(command[:-1]):
        if Path(word).name in ("beast", "beast.exe") or word in ("beastmode_tools.cli", "beastmode_tools"):
            return next((each for each in command[place + 1 :] if each in WORKING), None)
    return None


def processes_above() -> Iterator[Process]:
    """This process and those above it; where the system has no /proc, this one alone."""
    yield Process((), dict(os.environ))
    number = os.getppid()
    for _ in range(MOST):
        place = Path("/proc", str(number))
        try:
            # The name in parentheses may hold anything, parentheses included; the parent is the second word after it.
            number = int((place / "stat").read_bytes().rpartition(b") ")[2].split()[1])
            command = (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except (OSError, ValueError, IndexError):
            return
        yield Process([word for word in command if word], environment_of(place))


def environment_of(place: Path) -> dict[str, str]:
    """The variables that a process was started with; none if it is another user's."""
    found = {}
    with suppress(OSError):
        for pair in (place / "environ").read_bytes().decode("utf-8", "replace").split("\0"):
            name, _, value = pair.partition("=")
            found[name] = value
    return found

"""What beast has in the JSON files of assistants: a server of tools, and hooks that call `beast hook`."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from beastmode_tools.recipes.assistants.merged import Value

__all__ = ["Entries", "Hook", "hooks_in", "server_in"]

BEFORE = "beast hook pre-tool-use"
AT_STOP = "beast hook stop"
BEFORE_SECONDS = 60
"""The verdict on an edit takes a fraction of a second; a machine that is busy gets a minute before it is given up."""
STOP_SECONDS = 600
"""The tests of a project run within: five minutes, and as much again for what starts before and after them."""
STOPS = 5
"""How often an assistant is sent back before a person looks: what five attempts did not mend needs one."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook in the form of one assistant.

    Args:
        event: What the assistant calls it.
        words: The command, which may stand behind others, such as `uv run`.
        entry: As it is written, around a command.
    """

    event: str
    words: str
    entry: Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Entries:
    """One JSON file of an assistant.

    Args:
        path: In the project.
        change: Puts the entries of beast into what the file says.
    """

    path: str
    change: Callable[[Value], Value]


def server_in(key: str, value: Value) -> Value:
    """The configuration with the server of `beast mcp`; one that starts it in another way is the person's choice.

    Args:
        key: Under which this assistant lists its servers.
        value: What the file says.
    """
    found = copy.deepcopy(value)
    servers = table(found, key)
    words = list(each_text(servers.get("beast")))
    if not any(word == "mcp" or "beast mcp" in word for word in words):
        servers["beast"] = {"command": "beast", "args": ["mcp"]}
    return found


def hooks_in(hooks: tuple[Hook, ...], first: Mapping[str, Any], value: Value) -> Value:
    """The configuration with hooks that call beast; what a person put in front of the command is kept.

    Args:
        hooks: That there have to be.
        first: Other keys that the file needs.
        value: What the file says.
    """
    found = {**first, **copy.deepcopy(value)}
    events = table(found, "hooks")
    for hook in hooks:
        listed = events.setdefault(hook.event, [])
        if not isinstance(listed, list):
            raise ValueError(f"hooks.{hook.event} is no list")  # noqa: TRY004 - the value of a file
        own = [number for number, each in enumerate(listed) if any(hook.words in text for text in each_text(each))]
        command = next((text for number in own for text in each_text(listed[number]) if hook.words in text), hook.words)
        wanted = hook.entry(command)
        for number in reversed(own[1:]):
            del listed[number]
        if own:
            listed[own[0]] = wanted
        else:
            listed.append(wanted)
    return found


def table(value: Value, key: str) -> Value:
    """The object under a key, which is made if it is missing.

    Raises:
        ValueError: Something else is there.
    """
    found = value.setdefault(key, {})
    if not isinstance(found, dict):
        raise ValueError(f"{key} is no object")  # noqa: TRY004 - the value of a file
    return found


def each_text(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from each_text(each)


def found(folder: str, words: str) -> str:
    """The command with the project's own environment first; a shell runs it."""
    return f'PATH="{folder}/.venv/bin:$PATH" {words}'


def closed(command: str, no: str = "exit 2") -> str:
    """The command, which says no if it cannot run.

    Args:
        command: The hook.
        no: How its assistant is told so.
    """
    return command if "||" in command else f"{command} || {no}"


NO = """echo '{"permissionDecision": "deny", "permissionDecisionReason": "beast hook could not run"}'"""
"""What GitHub Copilot reads; it says nowhere what it makes of a status."""


def claude(words: str, seconds: int, matcher: str = "") -> Callable[[str], Value]:
    """How Claude Code writes a hook; VS Code reads the same file."""

    def entry(command: str) -> Value:
        own = found("${CLAUDE_PROJECT_DIR:-.}", words) if command == words else command
        run = {"type": "command", "command": closed(own) if matcher else own, "timeout": seconds}
        return {"matcher": matcher, "hooks": [run]} if matcher else {"hooks": [run]}

    return entry


def copilot(words: str, seconds: int) -> Callable[[str], Value]:
    """How GitHub Copilot writes a hook, for its command line and its agent on GitHub."""

    def entry(command: str) -> Value:
        own = found(".", words) if command == words else command
        return {"type": "command", "bash": closed(own, NO) if words == BEFORE else own, "timeoutSec": seconds}

    return entry


def cursor(words: str, seconds: int) -> Callable[[str], Value]:
    """How Cursor writes a hook."""

    def entry(command: str) -> Value:
        own = found(".", words) if command == words else command
        if words == AT_STOP:
            return {"command": own, "timeout": seconds, "loop_limit": STOPS}
        return {"command": closed(own), "timeout": seconds, "failClosed": True}

    return entry


EDITING = "Edit|MultiEdit|Write|NotebookEdit|Bash|PowerShell|Read"
"""Tools of Claude Code that read, write or run; a process for each of the others would only cost time."""
CLAUDE = (
    Hook("PreToolUse", BEFORE, claude(BEFORE, BEFORE_SECONDS, EDITING)),
    Hook("Stop", AT_STOP, claude(AT_STOP, STOP_SECONDS)),
)
COPILOT = (
    Hook("preToolUse", BEFORE, copilot(BEFORE, BEFORE_SECONDS)),
    Hook("agentStop", AT_STOP, copilot(AT_STOP, STOP_SECONDS)),
)
CURSOR = (
    Hook("preToolUse", BEFORE, cursor(BEFORE, BEFORE_SECONDS)),
    Hook("stop", AT_STOP, cursor(AT_STOP, STOP_SECONDS)),
)
ENTRIES = (
    Entries(".mcp.json", lambda value: server_in("mcpServers", value)),
    Entries(".vscode/mcp.json", lambda value: server_in("servers", value)),
    Entries(".cursor/mcp.json", lambda value: server_in("mcpServers", value)),
    Entries(".claude/settings.json", lambda value: hooks_in(CLAUDE, {}, value)),
    Entries(".cursor/hooks.json", lambda value: hooks_in(CURSOR, {"version": 1}, value)),
    Entries(".github/hooks/beast.json", lambda value: hooks_in(COPILOT, {"version": 1}, value)),
)
"""Every JSON file, with what beast has in it."""

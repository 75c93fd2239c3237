"""What an assistant tells its hook, in whichever of four forms."""

import json
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

from beastmode_tools.errors import CouldNotRun

__all__ = ["Assistant", "Payload", "read_payload"]

Assistant = Literal["claude", "vscode", "cursor", "copilot"]
MOST_BYTES = 8 * 1024 * 1024
"""Eight times the longest file that is written, because JSON may spell a character with six."""
SHOWN = 60
"""Characters of what was found that a message repeats."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A question of an assistant.

    Args:
        assistant: Whose form it has: the answer gets the same.
        tool: The tool that is about to be used; "" at the end of a turn.
        given: The tool's arguments.
        session: What the assistant calls the conversation.
        folder: The folder in which it works; "" if it does not say.
    """

    assistant: Assistant
    tool: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    session: str = ""
    folder: str = ""


def read_payload(stream: BinaryIO) -> Payload:
    """The question on standard input.

    Raises:
        CouldNotRun: It is too long, no JSON, or in no form that is known.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise CouldNotRun(f"the hook got more than {MOST_BYTES} bytes; an assistant's question is shorter.")
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise CouldNotRun(f"the hook got {shown(content)}, and expects the JSON of an assistant.") from None
    if not isinstance(told, dict):
        raise CouldNotRun(f"the hook got {shown(content)}, and expects an object of JSON.")
    assistant = assistant_of(told)
    given = told.get("toolArgs") if assistant == "copilot" else told.get("tool_input")
    return Payload(
        assistant=assistant,
        tool=text_of(told, "toolName", "tool_name"),
        given=arguments_of(given),
        session=text_of(told, "session_id", "sessionId", "conversation_id"),
        folder=text_of(told, "cwd"),
    )


def assistant_of(told: dict[str, Any]) -> Assistant:
    """Whose form it is.

    Raises:
        CouldNotRun: Nobody's.
    """
    event = told.get("hook_event_name")
    if "conversation_id" in told or "cursor_version" in told or event in ("preToolUse", "stop"):
        return "cursor"
    if "hookEventName" in told or (event and "timestamp" in told):
        return "vscode"
    if event in ("PreToolUse", "Stop", "SubagentStop"):
        return "claude"
    if "toolName" in told or ("sessionId" in told and event is None):
        return "copilot"
    names = ", ".join(sorted(map(str, told)))[:SHOWN] or "nothing"
    raise CouldNotRun(
        f"the hook got an object with {names}, and expects what Claude Code, VS Code, Cursor or GitHub Copilot send."
    )


def arguments_of(given: object) -> dict[str, Any]:
    """The arguments of a tool, which some assistants send as text.

    Raises:
        CouldNotRun: They are no object.
    """
    found = given
    if isinstance(given, str):
        try:
            found = json.loads(given)
        except (ValueError, RecursionError):
            found = given
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise CouldNotRun(f"the tool's arguments are {str(given)[:SHOWN]!r}, and no object of JSON.")
    return found


def text_of(told: dict[str, Any], *names: str) -> str:
    """The first of these that is a text; "" if there is none."""
    return next((value for name in names if isinstance(value := told.get(name), str)), "")


def shown(content: bytes) -> str:
    """What was found, short."""
    return repr(content[:SHOWN].decode("utf-8", "replace")) if content.strip() else "nothing"

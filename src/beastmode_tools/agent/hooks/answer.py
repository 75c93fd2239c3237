"""What a hook answers, in the form of each assistant."""

import json
from typing import Any

from beastmode_tools.agent.hooks.payload import Assistant

__all__ = ["allowed", "go_on", "refused"]


def allowed(assistant: Assistant) -> str:
    """Nothing against it: the assistant goes on as it would without the hook, and asks its person what it asks."""
    return "{}" if assistant in ("cursor", "copilot") else ""


def refused(assistant: Assistant, why: str) -> str:
    """The tool is not used, and the model is told why."""
    if assistant == "cursor":
        return json.dumps({"permission": "deny", "user_message": why, "agent_message": why})
    answer: dict[str, Any] = {"permissionDecision": "deny", "permissionDecisionReason": why}
    if assistant == "copilot":
        return json.dumps(answer)
    return json.dumps({"hookSpecificOutput": {"hookEventName": "PreToolUse", **answer}})


def go_on(assistant: Assistant, why: str) -> str:
    """The turn does not end yet, and the model is told what is left."""
    if assistant == "cursor":
        return json.dumps({"followup_message": why})
    answer = {"decision": "block", "reason": why}
    return json.dumps({"hookSpecificOutput": {"hookEventName": "Stop", **answer}} if assistant == "vscode" else answer)

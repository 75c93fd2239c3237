"""Calls a tool in a fresh process: the project's code and its output never reach the server."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beastmode_tools.agent.tools.registry import find_tool

__all__ = ["Answered", "Calls"]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call gave.

    Args:
        answer: Of the tool; None if it refused.
        refused: Why there is no answer.
        approval: ID -> hash of the diff that a person would have to approve.
    """

    answer: dict[str, Any] | None
    refused: str = ""
    approval: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls tools of one project.

    Args:
        root: The project's folder.
        hosts: Hosts that may be asked.
        may_write: False for a server that only answers.
    """

    root: Path
    hosts: frozenset[str] = frozenset()
    may_write: bool = True

    def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        approved: Mapping[str, str] | None = None,
        is_trial: bool = False,
    ) -> Answered:
        """What a tool answers, in a process of its own that is ended if it takes too long.

        Args:
            tool: Its name.
            arguments: As JSON.
            approved: What a person has approved just now.
            is_trial: Only find out what the gate says; nothing is written.
        """
        asked = {
            "tool": tool,
            "arguments": dict(arguments),
            "root": str(self.root),
            "run": "mcp",
            "hosts": sorted(self.hosts),
            "may_write": self.may_write,
            "approved": dict(approved or {}),
            "is_trial": is_trial,
        }
        with tempfile.TemporaryDirectory(prefix="beast-call-") as scratch:
            question, answer = Path(scratch, "question"), Path(scratch, "answer")
            question.write_text(json.dumps(asked), encoding="utf-8")
            ended = run(question, answer, self.root, find_tool(tool).seconds)
            if ended or not answer.exists():
                return Answered(None, ended or f"{tool} ended without an answer; `beast {tool}` may say why.")
            told = json.loads(answer.read_text(encoding="utf-8"))
        if "answer" in told:
            return Answered(told["answer"])
        asks = told.get("approval")
        return Answered(None, told["refused"], {asks["id"]: asks["diff_hash"]} if asks else {})


def run(question: Path, answer: Path, root: Path, seconds: float) -> str:
    """Runs the call to its end; why it was ended before that, or ""."""
    process = subprocess.Popen(  # noqa: S603 - this program itself
        [sys.executable, "-m", "beastmode_tools.agent.tools.call", str(question), str(answer)],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"It did not end within {seconds:g} s, and was ended. Ask for less."
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return ""

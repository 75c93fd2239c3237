"""Runs a command of `beast` in a process of its own, and reads its answer."""

import json
import subprocess
from pathlib import Path
from typing import Any

from beastmode_tools.agent.hands.beast import beast_process
from beastmode_tools.errors import CouldNotRun

__all__ = ["run_beast"]

SECONDS = 110.0
"""Recipes take a second or two; less than a call of a tool may take."""


def run_beast(root: Path, words: tuple[str, ...]) -> Any:
    """What a command with `--json` answers.

    Args:
        root: The folder in which it runs.
        words: What is typed after `beast`.

    Raises:
        CouldNotRun: It failed; the message is its own.
    """
    try:
        done = beast_process(root, words, SECONDS)
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"`beast {words[0]}` did not end within {SECONDS:g} s.") from None
    if done.returncode not in (0, 1):
        lines = done.stderr.strip().splitlines() or [f"`beast {words[0]}` failed."]
        raise CouldNotRun(lines[-1].removeprefix("beast: "))
    return json.loads(done.stdout)

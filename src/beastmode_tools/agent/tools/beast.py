"""Runs a command of `beast` in a process of its own, and reads its answer."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

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
        done = subprocess.run(  # noqa: S603 - this program itself, without a shell
            [sys.executable, "-m", "beastmode_tools.cli", *words],
            cwd=root,
            env={**os.environ, "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"`beast {words[0]}` did not end within {SECONDS:g} s.") from None
    if done.returncode not in (0, 1):
        lines = done.stderr.strip().splitlines() or [f"`beast {words[0]}` failed."]
        raise CouldNotRun(lines[-1].removeprefix("beast: "))
    return json.loads(done.stdout)

"""Runs `beast` in a process of its own, as a person would."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["beast_process"]


def beast_process(folder: Path, words: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
    """How a command ended, and what it printed.

    Args:
        folder: Where it runs.
        words: What is typed after `beast`; the gate has let them through.
        seconds: After that it is ended.

    Raises:
        subprocess.TimeoutExpired: It took longer.
    """
    return subprocess.run(  # noqa: S603 - this program itself, without a shell
        [sys.executable, "-m", "beastmode_tools.cli", *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )

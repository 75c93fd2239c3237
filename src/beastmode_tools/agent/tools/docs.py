"""`docs`: what the installed version of a package says about a name."""

from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import DocsArguments
from beastmode_tools.agent.tools.interpreter import ask_interpreter

__all__ = ["answer", "packages"]

SECONDS = 20.0
"""Reading every source of a large package takes two; a disk that is busy takes longer."""


def answer(performer: Performer, arguments: DocsArguments) -> dict[str, Any]:
    """Signature and documentation, or what was found."""
    question = {"name": arguments.name, "text": arguments.text}
    return ask_interpreter("docs_child.py", performer.grants.root, question, seconds=SECONDS)


def packages(root: Path) -> dict[str, str]:
    """Name -> version of what the project's interpreter has.

    Args:
        root: The project's folder.

    Raises:
        CouldNotRun: The interpreter does not run.
    """
    found: dict[str, str] = ask_interpreter("docs_child.py", root, {}, seconds=SECONDS)["packages"]
    return found

"""`read`: lines of a file."""

from typing import Any

from beastmode_tools.agent.gate.effect import ReadFile
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import ReadArguments
from beastmode_tools.agent.tools.performing import performed

__all__ = ["answer"]


def answer(performer: Performer, arguments: ReadArguments) -> dict[str, Any]:
    """The lines that were asked for, and how many there are."""
    lines = performed(performer, ReadFile(arguments.path)).splitlines()
    first = arguments.start - 1
    shown = lines[first : first + arguments.lines]
    return {
        "path": arguments.path,
        "start": arguments.start,
        "lines": len(lines),
        "text": "\n".join(shown),
        "is_complete": len(shown) == len(lines),
    }

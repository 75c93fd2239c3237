"""`edit`: replaces one text in a file, or creates a file."""

from typing import Any

from beastmode_tools.agent.gate.effect import ReadFile, WriteFile
from beastmode_tools.agent.gate.facts import look
from beastmode_tools.agent.gate.paths import inside
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import EditArguments
from beastmode_tools.agent.tools.performing import performed
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.plan import Edit

__all__ = ["answer"]


def answer(performer: Performer, arguments: EditArguments) -> dict[str, Any]:
    """The diff, and what the guard thinks of it."""
    before = None
    if arguments.old:
        before = performed(performer, ReadFile(arguments.path))
    elif is_there(performer, arguments.path):
        raise CouldNotRun(f"{arguments.path} exists. Say which text of it to replace, by `old`.")
    after = arguments.new if before is None else replaced(arguments, before)
    edit = Edit(arguments.path, None if before is None else before.encode(), after.encode())
    done = performed(performer, WriteFile(arguments.path, after.encode()))
    return {"path": arguments.path, "verdict": done, "diff": edit.diff()}


def is_there(performer: Performer, path: str) -> bool:
    """Whether a path of the project has a file; what is outside is for the gate to refuse, and not for us to tell."""
    root = performer.grants.root
    facts = look(WriteFile(path, b""), root)
    return inside(WriteFile(path, b""), performer.grants, facts) is None and (root / path).exists()


def replaced(arguments: EditArguments, text: str) -> str:
    """The text with the one place replaced.

    Raises:
        CouldNotRun: There is none, or several.
    """
    count = text.count(arguments.old)
    if count != 1:
        found = "does not occur" if count == 0 else f"occurs {count} times"
        raise CouldNotRun(
            f"the text to replace {found} in {arguments.path}. Read it, and name a text that occurs once."
        )
    return text.replace(arguments.old, arguments.new)

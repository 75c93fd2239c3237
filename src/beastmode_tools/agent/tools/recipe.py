"""`recipe`: lists recipes, shows what one would change, and applies it."""

import json
import shlex
from typing import Any

from beastmode_tools.agent.gate.commands import recipe as refusal
from beastmode_tools.agent.gate.effect import ApplyRecipe
from beastmode_tools.agent.gate.facts import Facts
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import RecipeArguments
from beastmode_tools.agent.tools.beast import run_beast
from beastmode_tools.agent.tools.performing import performed
from beastmode_tools.errors import CouldNotRun

__all__ = ["answer"]


def answer(performer: Performer, arguments: RecipeArguments) -> dict[str, Any]:
    """The recipes; or the files, the diff and the verdict of one."""
    root = performer.grants.root
    if arguments.action == "list":
        return {"recipes": run_beast(root, ("recipes", "--json"))}
    words = words_of(arguments.command)
    if refused := refusal(ApplyRecipe(words), performer.grants, Facts()):
        raise CouldNotRun(f"{refused.why} {refused.instead}")
    if arguments.action == "preview":
        return dict(run_beast(root, (*words, "--pretend", "--json")))
    applied: dict[str, Any] = json.loads(performed(performer, ApplyRecipe(words)))
    return applied


def words_of(command: str) -> tuple[str, ...]:
    """The words of a command line, without `beast`, and without what only says how to answer.

    Raises:
        CouldNotRun: A quote is not closed.
    """
    try:
        words = shlex.split(command)
    except ValueError as problem:
        raise CouldNotRun(f"{command!r} is not a command line: {problem}.") from None
    return tuple(word for word in words[words[:1] == ["beast"] :] if word not in ("--pretend", "--json"))

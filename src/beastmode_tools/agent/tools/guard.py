"""`guard`: what the change since the base does."""

from typing import Any

from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import GuardArguments
from beastmode_tools.guard.check import check
from beastmode_tools.guard.read import Question
from beastmode_tools.project import find_project

__all__ = ["answer"]


def answer(performer: Performer, arguments: GuardArguments) -> dict[str, Any]:
    """The report of `beast check`."""
    project = find_project(performer.grants.root)
    question = Question(project, arguments.base or None, proofs=arguments.proofs)
    return check(question, lambda _: None).as_json()

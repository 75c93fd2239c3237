"""One box of the todo list."""

from dataclasses import dataclass
from typing import Any, Literal

from beastmode_tools.agent.gate.effect import ApplyRecipe, DeleteFile, OpenUrl, RunCommand, WriteFile
from beastmode_tools.agent.plan.condition import Condition, parse_condition

__all__ = ["Action", "Box", "Replacement", "box_from_json"]

State = Literal["open", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Replaces the one place in a file that reads so.

    Args:
        path: Of the file.
        old: The text that stands there once.
        new: The text that comes instead.
    """

    path: str
    old: str
    new: str


Action = ApplyRecipe | RunCommand | WriteFile | DeleteFile | OpenUrl | Replacement
"""What a box says is to be done; a model decides that on the way."""


@dataclass(frozen=True, slots=True)
class Box:
    """A step that is small enough to be checked and undone by itself.

    Args:
        id: Counted from 1.
        title: What it does, in a line.
        conditions: What the harness runs before it ticks the box.
        state: "done" is set by the harness alone.
        reason: Why it was dropped, or why it is done without a change.
    """

    id: int
    title: str
    conditions: tuple[Condition, ...] = ()
    state: State = "open"
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The box for a journal and a receipt."""
        return {
            "id": self.id,
            "title": self.title,
            "conditions": [str(each) for each in self.conditions],
            "state": self.state,
            "reason": self.reason,
        }


def box_from_json(facts: dict[str, Any]) -> Box:
    """The box that `as_json` has told."""
    conditions = tuple(parse_condition(each) for each in facts["conditions"])
    return Box(facts["id"], facts["title"], conditions, facts["state"], facts["reason"])

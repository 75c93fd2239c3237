"""The todo list: boxes are added, ticked by the harness, or dropped with a reason; none is removed or rewritten."""

from dataclasses import dataclass, replace
from typing import Any

from beastmode_tools.agent.plan.box import Box
from beastmode_tools.agent.plan.condition import Condition
from beastmode_tools.errors import CouldNotRun

__all__ = ["Plan"]

MOST_BOXES = 60
"""A change with more steps than a person reads is several changes."""
LONGEST_TITLE = 200
"""Characters: two lines of a terminal."""
SHORTEST_REASON = 10
"""Characters: "no" and "n/a" are no reason that anybody can judge later."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The boxes, in their order.

    Args:
        task: What the person asked for.
        boxes: Every one, dropped ones included.
    """

    task: str
    boxes: tuple[Box, ...] = ()

    def add(self, title: str, conditions: tuple[Condition, ...]) -> "Plan":
        """The plan with one box more.

        Raises:
            CouldNotRun: It has no title or no condition, or there are too many boxes.
        """
        title = " ".join(title.split())
        if not title or len(title) > LONGEST_TITLE:
            raise CouldNotRun(f"a box needs a title of 1 to {LONGEST_TITLE} characters.")
        if not conditions:
            raise CouldNotRun(f"the box {title!r} has no condition. Say what is true when it is done.")
        if len(self.boxes) >= MOST_BOXES:
            raise CouldNotRun(f"a plan has at most {MOST_BOXES} boxes. Split the task.")
        return replace(self, boxes=(*self.boxes, Box(len(self.boxes) + 1, title, conditions)))

    def box(self, number: int) -> Box:
        """The box with this number.

        Raises:
            CouldNotRun: There is none.
        """
        if not 1 <= number <= len(self.boxes):
            raise CouldNotRun(f"there is no box {number}; the plan has {len(self.boxes)}.")
        return self.boxes[number - 1]

    def tick(self, number: int, reason: str = "") -> "Plan":
        """The plan with a box ticked; only the harness calls this, after it ran the box's conditions."""
        return self.with_box(replace(self.open_box(number), state="done", reason=reason))

    def drop(self, number: int, reason: str) -> "Plan":
        """The plan without the work of a box, which stays in it with the reason.

        Raises:
            CouldNotRun: The box is not open, or the reason is none.
        """
        reason = " ".join(reason.split())
        if len(reason) < SHORTEST_REASON:
            raise CouldNotRun("a box is dropped with a reason that a person can judge later. Say why in a sentence.")
        return self.with_box(replace(self.open_box(number), state="dropped", reason=reason))

    def open_box(self, number: int) -> Box:
        """The box, if it is open.

        Raises:
            CouldNotRun: It is not.
        """
        box = self.box(number)
        if box.state != "open":
            raise CouldNotRun(f"box {number} is {box.state} already. Add another box for more work.")
        return box

    def with_box(self, box: Box) -> "Plan":
        """The plan with another state of one box."""
        return replace(self, boxes=tuple(box if each.id == box.id else each for each in self.boxes))

    @property
    def open(self) -> tuple[Box, ...]:
        """The boxes that are neither ticked nor dropped."""
        return tuple(each for each in self.boxes if each.state == "open")

    @property
    def done(self) -> tuple[Box, ...]:
        """The boxes that are ticked."""
        return tuple(each for each in self.boxes if each.state == "done")

    @property
    def is_complete(self) -> bool:
        """Whether there is something that was done, and nothing that is left; an empty plan is not complete."""
        return bool(self.done) and not self.open

    @property
    def is_abandoned(self) -> bool:
        """Whether every box was dropped."""
        return bool(self.boxes) and not self.open and not self.done

    def as_markdown(self) -> str:
        """The todo list as a person reads it."""
        return "\n".join([f"# {self.task}", "", *(line for box in self.boxes for line in lines_of(box))]) + "\n"

    def as_json(self) -> dict[str, Any]:
        """The plan for a journal and a receipt."""
        return {"task": self.task, "boxes": [each.as_json() for each in self.boxes]}


def lines_of(box: Box) -> list[str]:
    """A box, and what ticks it."""
    if box.state == "dropped":
        return [f"- [ ] ~~{box.id}. {box.title}~~ dropped: {box.reason}"]
    mark = "x" if box.state == "done" else " "
    return [f"- [{mark}] {box.id}. {box.title}", *(f"      - {each}" for each in box.conditions)]

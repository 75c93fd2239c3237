"""Sees that a model goes in circles: the same call for ever, two calls in turns, answers that lead nowhere."""

from dataclasses import dataclass, field

__all__ = ["Watch"]

SAME = 4
"""The same call with the same result: a third time may be meant, a fourth is not."""
PAIRS = 3
"""Two calls in turns, three times each."""
WITHOUT_PROGRESS = 25
"""Answers in which no file changed and no box was ticked: reading a project takes fewer."""


@dataclass(slots=True)
class Watch:
    """What was done lately."""

    recent: list[str] = field(default_factory=list)
    idle: int = 0
    last_state: str = ""
    nudged: bool = False

    def see(self, calls: str, state: str) -> str:
        """What is wrong after this answer, in a sentence; "" for nothing.

        Args:
            calls: What the model called, and what it got.
            state: The tree and the plan.
        """
        self.idle = 0 if state != self.last_state else self.idle + 1
        self.last_state = state
        self.recent = [*self.recent, calls][-max(SAME, 2 * PAIRS) :]
        if len(self.recent) >= SAME and len(set(self.recent[-SAME:])) == 1:
            return f"The same call was made {SAME} times with the same result."
        pairs = self.recent[-2 * PAIRS :]
        if len(pairs) == 2 * PAIRS and len({*pairs[::2]}) == len({*pairs[1::2]}) == 1 and pairs[0] != pairs[1]:
            return "Two calls were made in turns, with the same results."
        if self.idle >= WITHOUT_PROGRESS:
            return f"In {WITHOUT_PROGRESS} answers no file changed and no box was ticked."
        return ""

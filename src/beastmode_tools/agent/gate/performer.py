"""What carries effects out for tools: a run, a session of an assistant."""

from dataclasses import dataclass
from typing import Protocol

from beastmode_tools.agent.gate.decision import Decision
from beastmode_tools.agent.gate.effect import Effect
from beastmode_tools.agent.gate.grants import Grants

__all__ = ["Performed", "Performer"]


@dataclass(frozen=True, slots=True)
class Performed:
    """What became of an effect.

    Args:
        decision: The gate's.
        result: What the effect gave, as text for whoever asked; "" if it was not done.
        succeeded: It was done, and did not fail.
    """

    decision: Decision
    result: str = ""
    succeeded: bool = True


class Performer(Protocol):
    """Decides an effect, carries it out if it may happen, and records both."""

    grants: Grants

    def perform(self, effect: Effect) -> Performed:
        """What became of the effect; a refusal is an answer, not an exception."""
        ...

"""What a run with a model may spend."""

import time
from dataclasses import dataclass, field

__all__ = ["Budget"]


@dataclass(slots=True)
class Budget:
    """Limits, and what has been spent.

    Args:
        turns: Answers of the model.
        tokens: Both directions together.
        money: US dollars, where the price of the model is known.
        seconds: Of the clock on the wall.
    """

    turns: int = 120  # a change of ten boxes took 40 to 60 in the runs of others
    tokens: int = 3_000_000  # 120 turns with 25,000 tokens of history
    money: float = 10.0  # dollars; what an hour of an engineer costs less than
    seconds: float = 3600.0  # an hour; longer tasks are several
    spent_turns: int = 0
    spent_tokens: int = 0
    spent_money: float = 0.0
    since: float = field(default_factory=time.monotonic)

    def exceeded(self) -> str:
        """Which limit is reached, in a sentence; "" for none."""
        if self.spent_turns >= self.turns:
            return f"The limit of {self.turns} turns is reached."
        if self.spent_tokens >= self.tokens:
            return f"The limit of {self.tokens} tokens is reached."
        if self.spent_money >= self.money:
            return f"The limit of {self.money} USD is reached."
        if self.seconds_left() <= 0:
            return f"The limit of {self.seconds:g} s is reached."
        return ""

    def seconds_left(self) -> float:
        """Until the limit of the clock; negative after it."""
        return self.seconds - (time.monotonic() - self.since)

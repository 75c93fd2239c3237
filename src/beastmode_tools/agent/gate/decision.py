"""What a gate answers."""

from dataclasses import dataclass

from beastmode_tools.guard.finding import Verdict

__all__ = ["Allowed", "Decision", "NeedsApproval", "Refused"]


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may be done.

    Args:
        reason: Why, for the receipt: "read only", "SAFE", or the finding that makes it CAUTIOUS.
        verdict: Of the guard; SAFE for what changes nothing.
    """

    reason: str
    verdict: Verdict = Verdict.SAFE


@dataclass(frozen=True, slots=True)
class Refused:
    """It may not be done, whoever approves.

    Args:
        why: What was found, in one sentence.
        instead: What to do instead, in one sentence.
        gate: The gate that refused.
    """

    why: str
    instead: str
    gate: str


@dataclass(frozen=True, slots=True)
class NeedsApproval:
    """It waits for a person.

    Args:
        id: What the person types after `beast approve`.
        why: The finding.
        instead: The safe way to do the same, which is offered first.
        diff_hash: Of the very change that is approved; another change needs another approval.
        gate: The gate that asks.
    """

    id: str
    why: str
    instead: str
    diff_hash: str
    gate: str = "verdict"


Decision = Allowed | Refused | NeedsApproval

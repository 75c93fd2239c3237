"""Has an effect carried out, and takes the result or says why there is none."""

from beastmode_tools.agent.gate.decision import NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import Effect
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.errors import CouldNotRun

__all__ = ["NotAllowed", "performed"]


class NotAllowed(CouldNotRun):
    """The gate refused an effect, or a person has to approve it first.

    Args:
        message: What was found, and what to do instead.
        decision: The gate's.
    """

    def __init__(self, message: str, decision: Refused | NeedsApproval) -> None:
        self.decision = decision
        super().__init__(message)


def performed(performer: Performer, effect: Effect) -> str:
    """What an effect gave.

    Args:
        performer: What decides and carries it out.
        effect: What is wanted.

    Raises:
        NotAllowed: The gate refused it, or a person has to approve it first.
        CouldNotRun: It failed.
    """
    done = performer.perform(effect)
    match done.decision:
        case Refused(why=why, instead=instead, gate=gate):
            raise NotAllowed(f"refused by the gate `{gate}`: {why} {instead}", done.decision)
        case NeedsApproval(id=number, why=why, instead=instead):
            told = f"DANGEROUS: {why} Instead: {instead} If it is meant, a person types `beast approve {number}`."
            raise NotAllowed(told, done.decision)
    if not done.succeeded:
        raise CouldNotRun(done.result)
    return done.result

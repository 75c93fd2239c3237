"""Decides whether an assistant may use a tool, by the gate of `beast do`."""

from pathlib import Path

from beastmode_tools.agent.gate.decide import decide
from beastmode_tools.agent.gate.decision import Allowed, Decision, NeedsApproval, Refused
from beastmode_tools.agent.gate.effect import WriteFile
from beastmode_tools.agent.gate.facts import look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.hands.approvals import approved_by_person
from beastmode_tools.agent.hooks.payload import Payload
from beastmode_tools.agent.hooks.shell import refused_line
from beastmode_tools.agent.hooks.wanted import CommandLine, Touched, Wanted, wanted_by
from beastmode_tools.agent.tools.session import Session

__all__ = ["HOOK", "refusal_of"]

HOOK = "hook"
"""The run to which approvals of a hook belong."""


def refusal_of(payload: Payload, root: Path) -> str:
    """Why the assistant may not use the tool; "" if it may.

    Raises:
        CouldNotRun: It cannot be told what the tool would do.
    """
    grants = Grants(root=root.resolve(), run=HOOK, approved=approved_by_person(root))
    here = Path(payload.folder) if Path(payload.folder).is_absolute() else root
    for each in wanted_by(payload.tool, payload.given, root, here):
        decision = decided(each, grants)
        if not isinstance(decision, Allowed):
            return told(decision)
    return ""


def decided(wanted: Wanted, grants: Grants) -> Decision:
    """The gate's decision.

    Raises:
        CouldNotRun: The guard cannot judge it.
    """
    if isinstance(wanted, CommandLine):
        return refused_line(wanted.text, grants) or Allowed("on the list")
    if isinstance(wanted, Touched):
        effect = WriteFile(wanted.path, b"")
        return decide(effect, grants, look(effect, grants.root))
    return Session(grants, is_trial=True).decided(wanted)


def told(decision: Refused | NeedsApproval) -> str:
    """The reason for a model: what was found, and what to do."""
    if isinstance(decision, Refused):
        return f"beast, gate `{decision.gate}`: {decision.why} {decision.instead}"
    return (
        f"DANGEROUS: {decision.why} Instead: {decision.instead} "
        f"If it is meant, a person types `beast approve {decision.id}`; then do it again."
    )
